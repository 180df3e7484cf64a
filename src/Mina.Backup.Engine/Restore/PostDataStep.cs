namespace Mina.Backup.Engine.Restore;

/// <summary>What a statement of the post-data section is, as far as its turn is concerned.</summary>
internal enum PostDataKind
{
    /// <summary>A key or an index: may be built beside others, each on its tables alone.</summary>
    Key,

    /// <summary>A foreign key: like a key, but it needs the keys.</summary>
    ForeignKey,

    /// <summary>Belongs to a key or index that was made before it (comment, cluster, attached partition); no key needs it.</summary>
    Follower,

    /// <summary>A setting of the session that holds for what follows.</summary>
    Setting,

    /// <summary>In the order of the dump, and only written down until somebody uses the tables: a trigger, a rule, a policy, a publication, a comment.</summary>
    Definition,

    /// <summary>Anything else: in the order of the dump, and it may run anybody's code.</summary>
    Other,
}

/// <summary>One statement of the post-data section.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sql">Its text.</param>
/// <param name="Tables">Tables, schema and name in quotes, that it locks against everything else.</param>
/// <param name="Shared">Tables that it locks against everything but others of its kind, as CREATE INDEX does.</param>
/// <param name="IsPrimaryKey">Whether it makes a primary key.</param>
internal sealed record PostDataStep(PostDataKind Kind, string Sql, IReadOnlyList<string> Tables, IReadOnlyList<string> Shared, bool IsPrimaryKey)
{
    // What a function of an event trigger does comes with the next statement, whatever that is; so they are none.
    private static readonly string[][] Definitions =
    [
        ["comment", "on"], ["security", "label"], ["create", "trigger"], ["create", "constraint", "trigger"], ["create", "rule"], ["create", "policy"],
        ["create", "publication"], ["alter", "publication"], ["create", "subscription"], ["alter", "subscription"], ["create", "statistics"], ["alter", "statistics"],
    ];

    // ALTER TABLE ... and what of it changes no rows and looks at none.
    private static readonly string[][] Switches = [["enable"], ["disable"], ["force", "row"], ["no", "force"], ["replica", "identity"]];

    /// <summary>Tells what a complete statement is. What pg_dump would not write so is <see cref="PostDataKind.Other"/>.</summary>
    public static PostDataStep Of(string sql, SqlStatement statement)
    {
        if (statement.IsWord(0, "set") || (statement.IsWord(0, "select") && statement.IsWord(3, "set_config")))
        {
            return new PostDataStep(PostDataKind.Setting, sql, [], [], false);
        }

        if (statement.StartsWith("create", "index") || statement.StartsWith("create", "unique", "index"))
        {
            var on = statement.Find("on");
            var table = statement.IsWord(on + 1, "only") ? on + 2 : on + 1;
            return on > 0 && NameAt(statement, table) is { } name ? new PostDataStep(PostDataKind.Key, sql, [], [name], false) : Other(sql);
        }

        if (statement.StartsWith("alter", "table"))
        {
            return AlterTable(sql, statement);
        }

        var follows = statement.StartsWith("alter", "index") || statement.StartsWith("comment", "on", "index") || statement.StartsWith("comment", "on", "constraint");
        return follows ? new PostDataStep(PostDataKind.Follower, sql, [], [], false)
            : Array.Exists(Definitions, words => statement.StartsWith(words)) ? new PostDataStep(PostDataKind.Definition, sql, [], [], false)
            : Other(sql);
    }

    private static PostDataStep AlterTable(string sql, SqlStatement statement)
    {
        var start = statement.IsWord(2, "only") ? 3 : 2;
        if (NameAt(statement, start) is not { } table)
        {
            return Other(sql);
        }

        var action = start + (IsDotted(statement, start) ? 3 : 1);
        if (statement.IsWord(action, "cluster") || (statement.IsWord(action, "replica") && statement.Find("using") > 0))
        {
            return new PostDataStep(PostDataKind.Follower, sql, [], [], false);
        }

        if (Array.Exists(Switches, words => words.Index().All(word => statement.IsWord(action + word.Index, word.Item))))
        {
            return new PostDataStep(PostDataKind.Definition, sql, [], [], false);
        }

        if (!statement.IsWord(action, "add") || !statement.IsWord(action + 1, "constraint"))
        {
            return Other(sql);
        }

        var kind = action + 3;
        if (statement.IsWord(kind, "primary") || statement.IsWord(kind, "unique") || statement.IsWord(kind, "exclude"))
        {
            return new PostDataStep(PostDataKind.Key, sql, [table], [], statement.IsWord(kind, "primary"));
        }

        var references = statement.Find("references");
        return statement.IsWord(kind, "foreign") && references > 0 && NameAt(statement, references + 1) is { } other
            ? new PostDataStep(PostDataKind.ForeignKey, sql, [table, other], [], false)
            : Other(sql);
    }

    private static PostDataStep Other(string sql) => new(PostDataKind.Other, sql, [], [], false);

    private static bool IsDotted(SqlStatement statement, int position) =>
        position + 2 < statement.Tokens.Count && statement.Tokens[position + 1] is { Kind: SqlTokenKind.Symbol, Value: "." };

    private static string? NameAt(SqlStatement statement, int position)
    {
        var first = statement.NameAt(position);
        return IsDotted(statement, position) && statement.NameAt(position + 2) is { } second
            ? Postgres.SqlText.Qualified(first!, second)
            : first is null ? null : Postgres.SqlText.Identifier(first);
    }
}
