#compdef docker-inspect-run
# zsh completion for docker-inspect-run; read it with: source <(docker-inspect-run completion zsh)
_docker_inspect_run() {
    local line value help
    local -a described
    for line in "${(@f)$(docker-inspect-run __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        [[ $line == :* ]] && continue
        value=${line%%$'\t'*}
        help=${line#"$value"}
        help=${help#$'\t'}
        described+=("${value//:/\\:}:$help")
    done
    [[ $PREFIX == -*=* ]] && compset -P '*='
    _describe -t values value described
}
# As a file of fpath this text is the function itself; sourced, it registers it.
if [[ $funcstack[1] == _docker-inspect-run ]]; then
    _docker_inspect_run "$@"
else
    compdef _docker_inspect_run docker-inspect-run
fi
