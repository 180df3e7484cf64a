using System.Text;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>
/// How the dump makes one table: its CREATE TABLE and its keys and indexes, in which another schema can stand. Left out is what ties it to others: foreign keys,
/// triggers, rules, policies, owned sequences, partitioning, privileges.
/// </summary>
internal sealed class TableDefinition
{
    private readonly string table;
    private readonly Encoding encoding;
    private readonly List<string> keys = [];
    private string? create;

    /// <summary>A table whose definition is still to be found.</summary>
    /// <param name="table">Schema and name, each in quotes.</param>
    /// <param name="encoding">Encoding of the dump.</param>
    public TableDefinition(string table, Encoding encoding)
    {
        this.table = table;
        this.encoding = encoding;
    }

    /// <summary>Looks at a statement of the pre-data or post-data section.</summary>
    public void Observe(ReadOnlySpan<byte> text, string schema)
    {
        var statement = SqlStatement.Parse(text);
        var created = statement.StartsWith("create", "table") ? 2 : statement.StartsWith("create", "unlogged", "table") ? 3 : -1;
        if (created > 0 && Names(statement, created))
        {
            create = Create(text, statement, created, schema);
            return;
        }

        var on = statement.StartsWith("create", "index") || statement.StartsWith("create", "unique", "index") ? statement.Find("on")
            : statement.StartsWith("alter", "table") ? 1
            : -1;
        if (on < 0 || PostDataStep.Of("", statement).Kind != PostDataKind.Key)
        {
            return;
        }

        // An index on the partitions' root would be one on no partition at all: ONLY is left out with the name.
        var at = statement.IsWord(on + 1, "only") ? on + 2 : on + 1;
        if (Names(statement, at))
        {
            keys.Add(Replace(text, statement.Tokens[on].End, statement.Tokens[at + 2].End, schema));
        }
    }

    /// <summary>The CREATE TABLE statement.</summary>
    /// <exception cref="RestoreException"><c>TableNotRestorable</c>.</exception>
    public string CreateStatement => create ?? throw NotRestorable("the dump does not create it");

    /// <summary>Statements that make its keys and indexes.</summary>
    public IReadOnlyList<string> KeyStatements => keys;

    private string Create(ReadOnlySpan<byte> text, SqlStatement statement, int name, string schema)
    {
        if (statement.Find("inherits") > 0)
        {
            throw NotRestorable("it inherits from another table, whose rows would seem to be more");
        }

        var partition = statement.Find("partition");
        var end = partition > 0 && statement.IsWord(partition + 1, "by") ? statement.Tokens[partition - 1].End : text.Length;
        var sql = Replace(text[..end], statement.Tokens[name - 1].End, statement.Tokens[name + 2].End, schema);
        return end < text.Length ? sql + ";" : sql;
    }

    private string Replace(ReadOnlySpan<byte> text, int from, int to, string schema)
    {
        var (_, bare) = DumpedName.Split(table);
        return $"{encoding.GetString(text[..from])} {SqlText.Qualified(schema, bare)}{encoding.GetString(text[to..])}";
    }

    private bool Names(SqlStatement statement, int position) =>
        position + 2 < statement.Tokens.Count
        && statement.NameAt(position) is { } schema && statement.NameAt(position + 2) is { } name
        && SqlText.Qualified(schema, name) == table;

    private RestoreException NotRestorable(string why) => new(
        ErrorCatalog.TableNotRestorable,
        $"The table {table} cannot be restored by itself: {why}.",
        new ErrorContext { Target = table });
}
