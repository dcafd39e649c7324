#compdef kubectl-etcd_health
# zsh completion for kubectl-etcd_health; read it with: source <(kubectl-etcd_health completion zsh)
_kubectl_etcd_health() {
    local line value help
    local -a described
    for line in "${(@f)$(kubectl-etcd_health __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
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
if [[ $funcstack[1] == _kubectl-etcd_health ]]; then
    _kubectl_etcd_health "$@"
else
    compdef _kubectl_etcd_health kubectl-etcd_health
fi
