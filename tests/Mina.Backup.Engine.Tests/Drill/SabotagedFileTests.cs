using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Drill;

/// <summary>Backups that somebody changed who knows the format: hashes, members, index and manifest agree, and the manifest says that all of it was verified.</summary>
public sealed class SabotagedFileTests(ClusterFixture clusters)
{
    /// <summary>What is changed in the text, by what, and where it shows when the manifest claims a verification; without that claim the verification finds it.</summary>
    public static TheoryData<string, string, string, DrillStepKind, DrillStepKind> Changes => new()
    {
        { "a row deleted", "300\tv300\n", "", DrillStepKind.Rows, DrillStepKind.Verify },
        { "a value changed in one cell", "137\tv137\n", "137\tv138\n", DrillStepKind.Rows, DrillStepKind.Verify },
        { "two values exchanged between two rows", "137\tv137\n138\tv138\n", "137\tv138\n138\tv137\n", DrillStepKind.Rows, DrillStepKind.Verify },
        { "a sequence behind", "setval('shop.notes_id_seq', 2000, true)", "setval('shop.notes_id_seq', 1999, true)", DrillStepKind.Sequences, DrillStepKind.Verify },
        { "an index missing", "CREATE INDEX notes_by_user ON shop.notes USING btree (user_id) WHERE (user_id > 10);", "", DrillStepKind.Verify, DrillStepKind.Verify },
        { "a constraint missing", "ALTER TABLE ONLY shop.notes\n    ADD CONSTRAINT notes_user_id_fkey FOREIGN KEY (user_id) REFERENCES shop.users(id);", "", DrillStepKind.Verify, DrillStepKind.Verify },
        { "a function changed", "SELECT n * 2", "SELECT n * 3", DrillStepKind.Verify, DrillStepKind.Verify },
        { "another encoding", "SET client_encoding = 'UTF8';", "SET client_encoding = 'LATIN1';", DrillStepKind.Verify, DrillStepKind.Verify },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_changed_file_fails_the_step_that_it_belongs_to(string what, string text, string by, DrillStepKind believed, DrillStepKind verified)
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        var backup = await scene.BackUpAsync();
        foreach (var (claims, step) in new[] { (true, believed), (false, verified) })
        {
            var found = false;
            await new ForgedBackup
            {
                Verified = claims,
                // Once changed the text is another one, and stays.
                Text = (_, old) =>
                {
                    found |= old.Contains(text, StringComparison.Ordinal) || (by.Length > 0 && old.Contains(by, StringComparison.Ordinal));
                    return text.Length > 0 ? old.Replace(text, by, StringComparison.Ordinal) : old;
                },
            }.WriteAsync(backup, scene.Environment);

            Assert.True(found || !claims, $"{what}: the text is not there.");
            await FailsAsync(scene, step);
        }
    }

    [Theory]
    [InlineData(true, DrillStepKind.Rows)]
    [InlineData(false, DrillStepKind.Verify)]
    public async Task A_table_without_its_rows(bool claims, DrillStepKind step)
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        var backup = await scene.BackUpAsync();
        await new ForgedBackup { Verified = claims, Text = (member, text) => member.Run is not null && text.StartsWith("COPY shop.archive ", StringComparison.Ordinal) ? text[..(text.IndexOf('\n') + 1)] + "\\.\n" : text }
            .WriteAsync(backup, scene.Environment);

        var result = await FailsAsync(scene, step);
        Assert.Contains(result.Tables, table => table is { Table: "shop.archive", ExpectedRows: 300, ActualRows: 0, Outcome: CheckOutcome.Failed });
        Assert.Equal(result.Tables.Count - 1, result.Tables.Count(table => table.Outcome == CheckOutcome.Passed));
    }

    [Fact]
    public async Task An_index_that_says_other_than_the_record_at_the_files_end()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        var backup = await scene.BackUpAsync();
        await Scenarios.ForgedIndex.WriteAsync(backup, text => text.Replace("\"encoding\":\"UTF8\"", "\"encoding\":\"SQL_ASCII\"", StringComparison.Ordinal));

        await FailsAsync(scene, DrillStepKind.Verify);
    }

    [Fact]
    public async Task An_older_backup_under_a_newer_name()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        var backup = await scene.BackUpAsync();
        var newer = BackupNames.Create(backup.CreatedAt.AddDays(3));

        // Files and manifest renamed, the rest as it was.
        await ForgedBackup.CopyAsync(backup, newer, manifest => manifest, scene.Environment);
        await FailsAsync(scene, DrillStepKind.Fetch, newer);

        // The manifest's time, too: what the index says was written with the rows.
        await ForgedBackup.CopyAsync(backup, newer, manifest => manifest with { CreatedAt = backup.CreatedAt.AddDays(3) }, scene.Environment);
        await FailsAsync(scene, DrillStepKind.Verify, newer);
    }

    [Fact]
    public async Task A_manifest_of_another_backup()
    {
        await using var scene = await DrillScene.CreateAsync(clusters, "päss");
        var first = await scene.BackUpAsync();
        await scene.Source.ExecuteAsync("DELETE FROM shop.archive WHERE k > 10");
        var second = await scene.BackUpAsync();
        var path = ManifestOf(second);
        var mine = await File.ReadAllTextAsync(path, Cancel);
        var other = (await File.ReadAllTextAsync(ManifestOf(first), Cancel)).Replace(first.Name, second.Name, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, other, Cancel);
        await FailsAsync(scene, DrillStepKind.Fetch, second.Name);

        // As it was, but for the time of the snapshot, which the encrypted index says, too.
        await File.WriteAllTextAsync(path, System.Text.RegularExpressions.Regex.Replace(mine, "(\"createdAt\": \"[^\"]*?)\\.?\\d*Z\"", "$1.123456Z\""), Cancel);
        await FailsAsync(scene, DrillStepKind.Verify, second.Name);
    }

    [Fact]
    public async Task A_file_cut_short_and_one_with_a_bit_flipped()
    {
        await using var scene = await DrillScene.CreateAsync(clusters, "päss");
        var backup = await scene.BackUpAsync();
        var whole = await File.ReadAllBytesAsync(backup.Path, Cancel);

        await File.WriteAllBytesAsync(backup.Path, whole[..^100], Cancel);
        await FailsAsync(scene, DrillStepKind.Fetch);
        whole[whole.Length / 2] ^= 4;
        await File.WriteAllBytesAsync(backup.Path, whole, Cancel);
        await FailsAsync(scene, DrillStepKind.Verify);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string ManifestOf(BackupInfo backup) => Path.Combine(backup.Location, BackupNames.ManifestFile(backup.Name));

    private static async Task<RecoveryDrillResult> FailsAsync(DrillScene scene, DrillStepKind step, string? name = null)
    {
        var result = await scene.DrillAsync(request => name is null ? request : request with { Backup = new(name, scene.Machine.BackupDirectory) });
        Assert.True(result.Verdict == DrillVerdict.Failed && result.Steps.First(candidate => candidate.Outcome == DrillStepOutcome.Failed).Step == step, DrillScene.Describe(result));
        Assert.Empty(scene.Left);
        return result;
    }
}
