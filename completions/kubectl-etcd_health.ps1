# PowerShell completion for kubectl-etcd_health; read it with: kubectl-etcd_health completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'kubectl-etcd_health', 'kubectl-etcd_health.exe' -ScriptBlock {
    param($word, $ast, $cursor)
    $words = @($ast.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursor } |
            Select-Object -Skip 1 | ForEach-Object { $_.Extent.Text })
    # Before version 7.3 an empty word is lost on the way to a program unless it is quoted.
    if ($word -eq '') { $words += $(if ($PSVersionTable.PSVersion -lt [version]'7.3') { '""' } else { '' }) }
    $flag = if ($word -match '^(--[^=]+=)') { $Matches[1] } else { '' }
    & 'kubectl-etcd_health' __complete @words 2>$null | Where-Object { $_ -notmatch '^:\d+$' } | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new("$flag$value", $value, 'ParameterValue', $help)
    }
}
