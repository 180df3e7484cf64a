using Mina.Backup.Engine.Tests.Restore;
using Mina.Backup.Engine.Tests.Support;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Drill;

/// <summary>Sound backups whose restored copy is changed before it is looked at, as a restore that does something wrong would.</summary>
public sealed class SabotagedCopyTests(ClusterFixture clusters)
{
    public static TheoryData<string, DrillStepKind> Changes => new()
    {
        { "DELETE FROM shop.archive WHERE k = 17", DrillStepKind.Rows },
        { "INSERT INTO shop.archive VALUES (3, 'v3')", DrillStepKind.Rows },
        { "UPDATE shop.users SET name = name || ' ' WHERE id = 33", DrillStepKind.Rows },
        { "UPDATE shop.notes SET amount = amount + 0.01::money WHERE id = 33", DrillStepKind.Rows },
        { "UPDATE shop.notes SET body = NULL WHERE id = (SELECT max(id) FROM shop.notes WHERE body = '')", DrillStepKind.Rows },
        { "TRUNCATE shop.archive", DrillStepKind.Rows },
        { "DROP TABLE shop.parted_1", DrillStepKind.Rows },
        { "SELECT lowrite(lo_open(70001, 131072), 'L')", DrillStepKind.Rows },
        { "SELECT lo_unlink(70001)", DrillStepKind.Rows },
        { "SELECT setval('shop.notes_id_seq', 1999)", DrillStepKind.Sequences },
        { "DROP EXTENSION plpgsql", DrillStepKind.Extensions },
        { "DROP INDEX shop.notes_by_user", DrillStepKind.Schema },
        { "ALTER TABLE shop.notes DROP CONSTRAINT notes_user_id_fkey", DrillStepKind.Schema },
        { "ALTER TABLE shop.users DROP CONSTRAINT users_state_check", DrillStepKind.Schema },
        { "ALTER TABLE shop.notes ALTER user_id DROP NOT NULL", DrillStepKind.Schema },
        { "CREATE OR REPLACE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 3'", DrillStepKind.Schema },
        { "COMMENT ON FUNCTION shop.twice IS 'doubled'", DrillStepKind.Schema },
        { "ALTER TABLE shop.archive OWNER TO postgres", DrillStepKind.Schema },
        { "GRANT SELECT ON shop.users TO PUBLIC", DrillStepKind.Schema },
        { "CREATE TABLE shop.more (n int)", DrillStepKind.Schema },
        { "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'shop.users_pkey'::regclass", DrillStepKind.Indexes },
        { "UPDATE pg_constraint SET convalidated = false WHERE conname = 'notes_user_id_fkey'", DrillStepKind.Constraints },
        { "UPDATE pg_index SET indoption = '1' WHERE indexrelid = 'shop.users_pkey'::regclass", DrillStepKind.Amcheck },
    };

    [Fact]
    public async Task A_changed_copy_fails_the_step_that_the_change_belongs_to()
    {
        await using var scene = await DrillScene.CreateAsync(clusters);
        await scene.BackUpAsync();
        await scene.StartStagingAsync();
        foreach (var row in Changes)
        {
            var (sql, step) = (row.Data.Item1, row.Data.Item2);
            var result = await scene.DrillAsync(observer: new StageObserver("Rows", () => scene.ChangeCopy(sql)));

            var failed = result.Steps.Where(candidate => candidate.Outcome == DrillStepOutcome.Failed).ToList();
            Assert.True(result.Verdict == DrillVerdict.Failed && failed.Exists(candidate => candidate.Step == step), $"{sql}\n{DrillScene.Describe(result)}");
            Assert.All(failed, candidate => Assert.NotEmpty(candidate.Differences));
            // The whole picture is given, whatever disagreed first.
            Assert.Contains(result.Steps, candidate => candidate.Step == DrillStepKind.Targets);
            Assert.Empty(await scene.LeftOnStagingAsync());
        }
    }
}
