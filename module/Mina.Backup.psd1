@{
    RootModule           = 'Mina.Backup.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '0d8f0f7a-7f3e-4f0c-9a55-1d5c7e0a4b62'
    Author               = 'Mina'
    CompanyName          = 'Mina'
    Copyright            = '(c) Mina. Licensed under the MIT License.'
    Description          = 'Backs up, verifies and restores PostgreSQL databases. A restore is proven before it takes the live database''s place.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    # Loaded at once, so that type literals such as [Mina.Backup.Model.CheckOutcome] resolve before the first command.
    RequiredAssemblies   = @('Mina.Backup.Model.dll')
    FormatsToProcess     = @('Mina.Backup.format.ps1xml', 'Mina.Backup.Pitr.format.ps1xml', 'Mina.Backup.Wal.format.ps1xml', 'Mina.Backup.Rows.format.ps1xml', 'Mina.Backup.Drill.format.ps1xml', 'Mina.Backup.DrillHistory.format.ps1xml')
    CmdletsToExport      = @(
        'Compare-MinaPitrBranch'
        'Copy-MinaPitrRow'
        'Disable-MinaWalArchiving'
        'Enable-MinaWalArchiving'
        'Export-MinaDrillReport'
        'Export-MinaPitrTable'
        'Find-MinaTransaction'
        'Get-MinaBackup'
        'Get-MinaBaseBackup'
        'Get-MinaPitrBranch'
        'Get-MinaRecoveryDrill'
        'Get-MinaWalArchive'
        'Invoke-MinaRecoveryDrill'
        'New-MinaBackup'
        'New-MinaBaseBackup'
        'New-MinaPitrBranch'
        'Remove-MinaBackup'
        'Remove-MinaPitrBranch'
        'Remove-MinaWalArchive'
        'Repair-MinaBackup'
        'Restore-MinaBackup'
        'Start-MinaEphemeralCluster'
        'Start-MinaWalReceiver'
        'Step-MinaPitrBranch'
        'Stop-MinaEphemeralCluster'
        'Switch-MinaPitrBranch'
        'Sync-MinaWalArchive'
        'Test-MinaBackup'
        'Test-MinaBaseBackup'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags       = @('PostgreSQL', 'Backup', 'Restore', 'Database', 'Linux', 'Windows', 'macOS')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
