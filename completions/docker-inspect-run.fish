# fish completion for docker-inspect-run; read it with: docker-inspect-run completion fish | source
function _docker_inspect_run
    set -l words (commandline -opc) (commandline -ct)
    set -l flag (string match -r -- '^--[^=]+=' $words[-1])
    for line in (command docker-inspect-run __complete $words[2..-1] 2>/dev/null)
        string match -qr '^:[0-9]+$' -- $line; and continue
        printf "%s%s\n" "$flag" $line
    end
end
complete -c docker-inspect-run -f -a '(_docker_inspect_run)'
