namespace Mina.Backup.Engine.Restore;

/// <summary>A statement with the settings under which the dump has it.</summary>
/// <param name="Step">The statement.</param>
/// <param name="Settings">SET statements in force, in order.</param>
internal sealed record PostDataTask(PostDataStep Step, IReadOnlyList<string> Settings);

/// <summary>Statements that may run at once, followed by some that run in order.</summary>
/// <param name="Parallel">Keys and indexes, or foreign keys; primary keys first.</param>
/// <param name="Sequential">What follows, in the order of the dump.</param>
internal sealed record PostDataStage(IReadOnlyList<PostDataTask> Parallel, IReadOnlyList<PostDataTask> Sequential)
{
    /// <summary>
    /// Whether the rows of all tables are the same before and behind it. Expressions of indexes are immutable functions, which cannot write; what the stage
    /// only defines runs when somebody uses the tables. Filling a materialized view may run anything.
    /// </summary>
    public bool LeavesRows => Sequential.All(task => task.Step.Kind != PostDataKind.Other);
}

/// <summary>
/// Arranges the statements of a post-data section: runs of keys and indexes become stages of their own, so do runs of foreign keys, and everything else
/// keeps its place. pg_dump writes keys, then rules and triggers, then foreign keys, then what reacts to statements (event triggers) or reads all
/// (materialized views), and every statement behind what it needs; so no statement here moves before one that it could need.
/// </summary>
internal static class PostDataPlan
{
    /// <summary>The stages, in order.</summary>
    public static IReadOnlyList<PostDataStage> Arrange(IEnumerable<PostDataStep> steps)
    {
        var stages = new List<PostDataStage>();
        var settings = new List<string>();
        var parallel = new List<PostDataTask>();
        var sequential = new List<PostDataTask>();
        IReadOnlyList<string> current = [];
        foreach (var step in steps)
        {
            if (step.Kind == PostDataKind.Setting)
            {
                settings.Add(step.Sql);
                current = [.. settings];
                continue;
            }

            var task = new PostDataTask(step, current);
            if (step.Kind is PostDataKind.Key or PostDataKind.ForeignKey)
            {
                // A new stage, unless the one under way is of the same kind and nothing but followers came between.
                if (sequential.Exists(other => other.Step.Kind is PostDataKind.Other or PostDataKind.Definition) || (parallel.Count > 0 && parallel[0].Step.Kind != step.Kind))
                {
                    Close();
                }

                parallel.Add(task);
            }
            else
            {
                sequential.Add(task);
            }
        }

        Close();
        return stages;

        void Close()
        {
            if (parallel.Count + sequential.Count > 0)
            {
                stages.Add(new PostDataStage([.. parallel.OrderByDescending(task => task.Step.IsPrimaryKey)], [.. sequential]));
                parallel.Clear();
                sequential.Clear();
            }
        }
    }
}
