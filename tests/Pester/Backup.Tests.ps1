# Backup, list, verify and restore as an operator types them, on a disposable server.
BeforeAll {
    $root = [IO.Path]::GetFullPath((Join-Path $PSScriptRoot '../..'))
    Import-Module (Join-Path $root 'artifacts/Mina.Backup/Mina.Backup.psd1') -Force
    . (Join-Path $root 'build/PostgreSql.ps1')
    $kept = @{ DATABASE_URL = $env:DATABASE_URL; GPG_BACKUP_PASSPHRASE = $env:GPG_BACKUP_PASSPHRASE; MINA_STATE_PATH = $env:MINA_STATE_PATH }
    $env:MINA_STATE_PATH = Join-Path $TestDrive 'state'
    $cluster = Start-MinaEphemeralCluster -Loopback:$IsWindows
    $psql = Get-PostgreSqlProgram psql
    'CREATE DATABASE mina;' | & $psql -X -q -d $cluster.ConnectionUri
    $env:DATABASE_URL = $cluster.ConnectionUri -replace '/postgres(?=\?|$)', '/mina'
    $env:GPG_BACKUP_PASSPHRASE = 'correct horse battery staple'
    & $psql -X -q -v ON_ERROR_STOP=1 -v meetings=20 -d $env:DATABASE_URL -f (Join-Path $root 'build/demo-sample.sql')
    $folder = Join-Path $TestDrive 'backups'
}

AfterAll {
    if ($cluster) { Stop-MinaEphemeralCluster $cluster }
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
}

Describe 'Backup and restore' {
    It 'backs up, encrypted and verified' {
        $backup = New-MinaBackup -Path $folder
        $backup.Encrypted | Should -BeTrue
        "$($backup.State)" | Should -Be 'Verified'
        $backup.Rows | Should -BeGreaterThan 800
    }

    It 'lists it in a table with a readable size' {
        $text = Get-MinaBackup -Path $folder | Out-String -Width 160
        $text | Should -Match 'mina_db_backup_\d{8}_\d{6}'
        $text | Should -Match '[KM]i?B'
    }

    It 'is sorted, filtered and exported like any object' {
        (Get-MinaBackup -Path $folder | Sort-Object Size -Descending | Select-Object -First 1).Size | Should -BeOfType long
        Get-MinaBackup -Path $folder | ConvertTo-Json | ConvertFrom-Json | Should -Not -BeNullOrEmpty
    }

    It 'verifies through the pipeline' {
        "$((Get-MinaBackup -Path $folder -Last 1 | Test-MinaBackup).Outcome)" | Should -Be 'Passed'
    }

    It 'changes nothing under -WhatIf' {
        'DELETE FROM sessions;' | & $psql -X -q -d $env:DATABASE_URL
        Get-MinaBackup -Path $folder -Last 1 | Restore-MinaBackup -WhatIf
        'SELECT count(*) FROM sessions;' | & $psql -X -A -t -d $env:DATABASE_URL | Should -Be '0'
    }

    It 'restores what was deleted' {
        $result = Get-MinaBackup -Path $folder -Last 1 | Restore-MinaBackup -SafetyPath $folder -Confirm:$false
        $result.SetAsideDatabase | Should -Not -BeNullOrEmpty
        'SELECT count(*) FROM sessions;' | & $psql -X -A -t -d $env:DATABASE_URL | Should -Be '20'
    }
}
