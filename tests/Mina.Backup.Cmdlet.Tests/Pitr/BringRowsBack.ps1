# What an operator types after an accident, the same for a server of one's own and for Neon, once the point is known.
param([hashtable] $Point, [string] $Live)

$ErrorActionPreference = 'Stop'
$branch = New-MinaPitrBranch @Point -Name before -ExpiresIn 1:00:00
$compared = $branch | Compare-MinaPitrBranch -Table users -Database $Live
$copied = $branch | Copy-MinaPitrRow -Table users -Database $Live -Confirm:$false
$again = Compare-MinaPitrBranch before users -Database $Live
$found = Get-MinaPitrBranch before
$removed = $branch | Remove-MinaPitrBranch
[pscustomobject]@{
    Provider = "$($branch.Provider)"
    Missing  = $compared.Missing
    Inserted = $copied.Inserted
    Left     = $again.Missing
    Same     = $found.ConnectionUri -ceq $branch.ConnectionUri
    Removed  = "$($removed.Provider) $($removed.Name)"
    Others   = @(Get-MinaPitrBranch | ForEach-Object Name) -join ' '
}
