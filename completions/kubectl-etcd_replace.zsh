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
compdef _kubectl_etcd_replace kubectl-etcd_replace
