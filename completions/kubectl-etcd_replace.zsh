#compdef kubectl-etcd_replace
# zsh completion for kubectl-etcd_replace; read it with: source <(kubectl-etcd_replace completion zsh)
_kubectl_etcd_replace() {
    local line value help
    local -a described
    for line in "${(@f)$(kubectl-etcd_replace __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
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
if [[ $funcstack[1] == _kubectl-etcd_replace ]]; then
    _kubectl_etcd_replace "$@"
else
    compdef _kubectl_etcd_replace kubectl-etcd_replace
fi
