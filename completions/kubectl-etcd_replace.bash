# bash completion for kubectl-etcd_replace; read it with: source <(kubectl-etcd_replace completion bash)
_kubectl_etcd_replace() {
    local typed=${COMP_LINE:0:COMP_POINT} line value current colon
    local -a words
    read -ra words <<<"$typed"
    [[ $typed == *[[:blank:]] ]] && words+=("")
    current=${words[-1]}
    [[ $current == -*=* ]] && current=${current#*=}
    # readline replaces only what follows the last colon.
    colon=""
    [[ $COMP_WORDBREAKS == *:* && $current == *:* ]] && colon=${current%"${current##*:}"}
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :6) compopt -o nospace ;;
            :*) ;;
            *)
                value=${line%%$'\t'*}
                [[ $value == "$current"* ]] && COMPREPLY+=("${value#"$colon"}")
                ;;
        esac
    done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
}
complete -F _kubectl_etcd_replace kubectl-etcd_replace
