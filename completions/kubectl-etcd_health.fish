# fish completion for kubectl-etcd_health; read it with: kubectl-etcd_health completion fish | source
function _kubectl_etcd_health
    set -l words (commandline -opc) (commandline -ct)
    set -l flag (string match -r -- '^--[^=]+=' $words[-1])
    for line in (command kubectl-etcd_health __complete $words[2..-1] 2>/dev/null)
        string match -qr '^:[0-9]+$' -- $line; and continue
        printf "%s%s\n" "$flag" $line
    end
end
complete -c kubectl-etcd_health -f -a '(_kubectl_etcd_health)'
