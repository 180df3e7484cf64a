# What an operator types, on a full PowerShell. Needs build.ps1 Build; build.ps1 Pester runs it.
BeforeAll {
    $root = [IO.Path]::GetFullPath((Join-Path $PSScriptRoot '../..'))
    Import-Module (Join-Path $root 'artifacts/Mina.Backup/Mina.Backup.psd1') -Force
}

Describe 'The module' {
    It 'has a valid manifest' {
        Test-ModuleManifest (Join-Path $root 'artifacts/Mina.Backup/Mina.Backup.psd1') | Should -Not -BeNullOrEmpty
    }

    It 'exports commands with approved verbs and singular Mina nouns only' {
        $commands = Get-Command -Module Mina.Backup
        $commands | Should -Not -BeNullOrEmpty
        foreach ($command in $commands) {
            (Get-Verb $command.Verb) | Should -Not -BeNullOrEmpty -Because $command.Name
            $command.Noun | Should -MatchExactly '^Mina\w*[^s]$'
        }
    }

    It 'has help with a synopsis and an example for every command' {
        foreach ($command in Get-Command -Module Mina.Backup) {
            $help = Get-Help $command.Name
            $help.Synopsis | Should -Not -BeNullOrEmpty
            $help.Synopsis | Should -Not -BeLike "*$($command.Name) *" -Because 'that is the generated syntax'
            $help.examples | Should -Not -BeNullOrEmpty
        }
    }
}

Describe 'A command without a source' {
    It 'says which variable or parameter is missing' {
        $env:DATABASE_URL, $kept = $null, $env:DATABASE_URL
        try {
            $failure = { New-MinaBackup -Path $TestDrive -ErrorAction Stop } | Should -Throw -PassThru
            $failure.ErrorDetails.RecommendedAction + $failure.Exception.RecommendedAction | Should -Match 'DATABASE_URL'
        }
        finally { $env:DATABASE_URL = $kept }
    }
}
