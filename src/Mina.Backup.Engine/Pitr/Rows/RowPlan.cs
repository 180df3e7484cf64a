using Mina.Backup.Model;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>How one table of the branch meets the live one: which columns, and what tells rows apart.</summary>
internal sealed record RowPlan
{
    /// <summary>The table in the branch.</summary>
    public required RowTable Branch { get; init; }

    /// <summary>The table in the live database; null when it is not there.</summary>
    public required RowTable? Live { get; init; }

    /// <summary>Columns that are compared and copied, as the live database has them; as the branch has them where there is no live table.</summary>
    public required IReadOnlyList<RowColumn> Columns { get; init; }

    /// <summary>Columns that are not.</summary>
    public required IReadOnlyList<string> SkippedColumns { get; init; }

    /// <summary>What tells rows apart, and orders them.</summary>
    public required IReadOnlyList<KeyPart> Key { get; init; }

    /// <summary>Whether there is a primary key; otherwise whole rows are compared.</summary>
    public bool HasKey => Key[0].Column is not null;

    /// <summary>The table's name.</summary>
    public SqlName Name => Branch.Name;

    /// <summary>Brings both sides together.</summary>
    /// <exception cref="RestoreException"><c>TableDiffers</c>.</exception>
    public static RowPlan Create(RowTable branch, RowTable? live, bool bothUtf8)
    {
        var other = (live ?? branch).Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        List<RowColumn> columns = [];
        List<string> skipped = [];
        foreach (var column in branch.Columns)
        {
            if (!other.Remove(column.Name, out var match) || column.IsGenerated || match.IsGenerated)
            {
                skipped.Add(column.Name);
                continue;
            }

            if (match.Type != column.Type)
            {
                throw Differs(branch, $"the column {column.Name} is of type {column.Type} in the branch and of type {match.Type} in the live database");
            }

            columns.Add(match with { IsTextual = match.IsTextual || column.IsTextual });
        }

        skipped.AddRange(other.Keys);
        if (live is not null && !branch.Key.SequenceEqual(live.Key, StringComparer.Ordinal))
        {
            throw Differs(branch, $"its primary key is {Describe(branch.Key)} in the branch and {Describe(live.Key)} in the live database");
        }

        if (branch.Key.FirstOrDefault(name => columns.TrueForAll(column => column.Name != name)) is { } computed)
        {
            throw Differs(branch, $"the column {computed} of its primary key is computed");
        }

        if (columns.Count == 0)
        {
            throw Differs(branch, "it has no column that both have");
        }

        var key = branch.Key.Select(name => KeyPart.Of(columns.Single(column => column.Name == name), bothUtf8)).ToList();
        return new RowPlan
        {
            Branch = branch,
            Live = live,
            Columns = columns,
            SkippedColumns = skipped,
            Key = key.Count > 0 ? key : [KeyPart.OfRow(columns)],
        };
    }

    /// <summary>The query that gives the branch's rows in the order of the key: the key's parts, then one more field where <paramref name="flag"/> is given, then the columns.</summary>
    public string BranchQuery(string? condition, string? flag) => Query(Branch, condition, flag);

    /// <summary>The same of the live table; empty when there is none.</summary>
    public string LiveQuery(string? flag) => Live is null ? "" : Query(Live, null, flag);

    private string Query(RowTable table, string? condition, string? flag)
    {
        var fields = Key.Select(part => part.Sql)
            .Concat(flag is null ? [] : [$"(({flag}) IS TRUE)"])
            .Concat(Columns.Select(column => column.TravelSql("t")));
        var order = string.Join(", ", Enumerable.Range(1, Key.Count).Select(place => FormattableString.Invariant($"{place}")));
        var filter = condition is null ? "" : $" WHERE ({condition})";
        return $"SELECT {string.Join(", ", fields)} FROM {table.RowsSql} AS t{filter} ORDER BY {order}";
    }

    private static string Describe(IReadOnlyList<string> key) => key.Count == 0 ? "none" : string.Join(", ", key);

    private static RestoreException Differs(RowTable table, string how) =>
        new(ErrorCatalog.TableDiffers, $"The table {table.Name} is not the same on both sides: {how}.", new ErrorContext { Target = table.Name.ToString() });
}
