using Mina.Backup.Cmdlet.Tests.Hosting;

namespace Mina.Backup.Cmdlet.Tests;

public sealed class BindingTests
{
    [Theory]
    [InlineData("Remove-MinaBackup")]
    [InlineData("Restore-MinaBackup")]
    [InlineData("Repair-MinaBackup")]
    public void A_listed_backup_binds_by_its_name_and_place(string cmdlet)
    {
        using var session = new ModuleSession();
        session.Run($"{Samples.BackupInfo} | {cmdlet} -WhatIf").ThrowIfFailed();

        Assert.Contains("mina_db_backup_20261124_011500", session.Screen.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Samples.BackupInfo, "mina_db_backup_20261124_011500.sql.gz.gpg")]
    [InlineData(Samples.BackupResult, "mina_db_backup_20261124_011500.sql.gz")]
    [InlineData(Samples.BackupVerification, "mina_db_backup_20261124_011500.sql.gz")]
    public void The_place_bound_is_the_folder_and_the_file_the_one_listed(string sample, string file)
    {
        using var session = new ModuleSession();
        session.Run($"{sample} | Remove-MinaBackup -WhatIf").ThrowIfFailed();

        Assert.Contains($"\"{file} in /backups\"", session.Screen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_files_bind_too()
    {
        using var session = new ModuleSession();
        session.Run("'one', 'two' | Remove-MinaBackup -WhatIf").ThrowIfFailed();
        session.Run("[System.IO.FileInfo]::new('/elsewhere/three.sql.gz') | Remove-MinaBackup -WhatIf").ThrowIfFailed();

        Assert.Contains("\"one\"", session.Screen.Text, StringComparison.Ordinal);
        Assert.Contains("\"two\"", session.Screen.Text, StringComparison.Ordinal);
        Assert.Contains("\"three.sql.gz in /elsewhere\"", session.Screen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_listed_backups_database_is_never_taken_for_a_connection()
    {
        using var session = new ModuleSession();
        session.Run($"{Samples.BackupInfo} | Restore-MinaBackup -Database 'postgresql://me:hidden@db2:5433/live' -WhatIf").ThrowIfFailed();

        Assert.Contains("database live on db2:5433", session.Screen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", session.Screen.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql:///live?host=/run/sockets&user=me&password=hidden", "database live on /run/sockets")]
    [InlineData("Host=db2;Port=5433;Database=live;Username=me;Password=hidden", "database live on db2:5433")]
    [InlineData("host=db2 dbname=live user=me password=hidden", "database live on db2:5432")]
    public void The_question_names_the_database_however_the_connection_is_written(string connection, string named)
    {
        using var session = new ModuleSession();
        session.Run("Restore-MinaBackup some_backup -Database $args[0] -WhatIf", connection).ThrowIfFailed();

        Assert.Contains($"\"{named}\"", session.Screen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", session.Screen.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-After '2026-11-24 01:15'", "gives no offset")]
    [InlineData("-After '2026-11-24T01:15:00'", "gives no offset")]
    [InlineData("-Before '03/04/2026'", "not a time in ISO 8601")]
    [InlineData("-Before '2026-11-24'", "not a time in ISO 8601")]
    [InlineData("-After ([datetime]::new(2026, 11, 24))", "unspecified kind")]
    [InlineData("-After 5", "is a Int32")]
    public void A_time_without_an_offset_is_refused(string arguments, string reason)
    {
        using var session = new ModuleSession("de-DE");
        var error = session.Run("Get-MinaBackup " + arguments).Error;

        Assert.Equal("ParameterArgumentTransformationError,Mina.Backup.Commands.GetMinaBackupCommand", error.FullyQualifiedErrorId);
        Assert.Contains(reason, error.Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'2026-11-24T03:15:00+02:00'")]
    [InlineData("'2026-11-24T01:15Z'")]
    [InlineData("'2026-11-24 01:15:00 +00:00'")]
    [InlineData("'2026-11-23T20:15:00.000-05:00'")]
    [InlineData("([datetime]::new(2026, 11, 24, 1, 15, 0, [System.DateTimeKind]::Utc))")]
    [InlineData("([datetime]::new(2026, 11, 24, 1, 15, 0, [System.DateTimeKind]::Utc).ToLocalTime())")]
    [InlineData("([System.DateTimeOffset]::new(2026, 11, 23, 20, 15, 0, [timespan]::FromHours(-5)))")]
    public void A_time_with_an_offset_becomes_UTC(string value)
    {
        using var session = new ModuleSession("de-DE");
        var outcome = session.Run($$"""
            $attribute = (Get-Command Get-MinaBackup).Parameters['After'].Attributes.Where({ $_ -is [Mina.Backup.Binding.OffsetTimeAttribute] })[0]
            $attribute.Transform($null, ({{value}}))
            """);
        outcome.ThrowIfFailed();

        var time = (DateTimeOffset)outcome.Output.Single().BaseObject;
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 1, 15, 0, TimeSpan.Zero), time);
        Assert.Equal(TimeSpan.Zero, time.Offset);
    }

    [Theory]
    [InlineData("New-MinaBackup -Passphrase secret")]
    [InlineData("Test-MinaBackup x -Passphrase secret")]
    [InlineData("Restore-MinaBackup x -PrivateKeyPassphrase secret")]
    public void A_passphrase_in_plain_text_is_refused(string command)
    {
        using var session = new ModuleSession();
        var error = session.Run(command).Error;

        Assert.StartsWith("CannotConvertArgumentNoMessage,Mina.Backup.Commands.", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("New-MinaBackup -NoEncryption -RequireEncryption")]
    [InlineData("New-MinaBackup -NoEncryption -PassphraseFile x")]
    [InlineData("New-MinaBackup -Recipient x -PassphraseFile x")]
    [InlineData("Restore-MinaBackup x -InPlace -DropFirst")]
    [InlineData("Restore-MinaBackup x -DropFirst -SkipSafetyBackup")]
    public void Options_that_contradict_each_other_do_not_bind(string command)
    {
        using var session = new ModuleSession();

        Assert.StartsWith("AmbiguousParameterSet,", session.Run(command).Error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
