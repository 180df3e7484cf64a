using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Mina.Backup.NeonStandIn;

/// <summary>What a value may look like: the part of JSON Schema that the contract needs.</summary>
internal abstract record Shape
{
    /// <summary>An id of anything but an operation.</summary>
    public static Shape Id { get; } = new TextShape { Pattern = "^[a-z0-9-]{1,60}$" };

    /// <summary>Any text.</summary>
    public static Shape Text { get; } = new TextShape();

    /// <summary>A time with an offset.</summary>
    public static Shape Time { get; } = new TextShape { Pattern = @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$" };

    /// <summary>A time with an offset, to the second.</summary>
    public static Shape TimeInSeconds { get; } = new TextShape { Pattern = @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$" };

    /// <summary>True or false.</summary>
    public static Shape Flag { get; } = new FlagShape();

    /// <summary>A whole number.</summary>
    public static Shape Number { get; } = new NumberShape();

    /// <summary>One of some texts.</summary>
    public static Shape OneOf(params string[] values) => new TextShape { Values = values };

    /// <summary>What is wrong with a value at a place; nothing when it fits.</summary>
    public abstract IEnumerable<string> Check(JsonNode? value, string place);

    /// <summary>What is wrong with a value in a query, which is text there.</summary>
    public virtual IEnumerable<string> CheckText(string value, string place) => Check(JsonValue.Create(value), place);
}

/// <summary>A text.</summary>
internal sealed record TextShape : Shape
{
    public string? Pattern { get; init; }

    public int? MaximumLength { get; init; }

    public string[]? Values { get; init; }

    public override IEnumerable<string> Check(JsonNode? value, string place)
    {
        if (value?.GetValueKind() != JsonValueKind.String)
        {
            yield return $"{place} is no text";
            yield break;
        }

        var text = value.GetValue<string>();
        if (Pattern is not null && !Regex.IsMatch(text, Pattern))
        {
            yield return $"{place} is not like {Pattern}: {text}";
        }

        if (text.Length > MaximumLength)
        {
            yield return $"{place} is longer than {MaximumLength}";
        }

        if (Values is not null && !Values.Contains(text))
        {
            yield return $"{place} is none of {string.Join(", ", Values)}: {text}";
        }
    }
}

/// <summary>True or false.</summary>
internal sealed record FlagShape : Shape
{
    public override IEnumerable<string> Check(JsonNode? value, string place) =>
        value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? [] : [$"{place} is neither true nor false"];

    public override IEnumerable<string> CheckText(string value, string place) => value is "true" or "false" ? [] : [$"{place} is neither true nor false"];
}

/// <summary>A whole number.</summary>
internal sealed record NumberShape : Shape
{
    public long Minimum { get; init; } = long.MinValue;

    public long Maximum { get; init; } = long.MaxValue;

    public override IEnumerable<string> Check(JsonNode? value, string place) =>
        value?.GetValueKind() == JsonValueKind.Number ? CheckText(value.ToJsonString(), place) : [$"{place} is no number"];

    public override IEnumerable<string> CheckText(string value, string place) =>
        long.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= Minimum && number <= Maximum ? [] : [$"{place} is no whole number from {Minimum} to {Maximum}: {value}"];
}

/// <summary>A list.</summary>
internal sealed record ListShape(Shape Items) : Shape
{
    public override IEnumerable<string> Check(JsonNode? value, string place) =>
        value is JsonArray items ? items.SelectMany((item, index) => Items.Check(item, $"{place}[{index}]")) : [$"{place} is no list"];
}

/// <summary>An object with known members. In an answer it may have more.</summary>
internal sealed record ObjectShape(IReadOnlyDictionary<string, Shape> Members, params string[] Required) : Shape
{
    public bool IsOpen { get; init; }

    public override IEnumerable<string> Check(JsonNode? value, string place)
    {
        if (value is not JsonObject members)
        {
            return [$"{place} is no object"];
        }

        return
        [
            .. Required.Where(name => !members.ContainsKey(name)).Select(name => $"{place}.{name} is missing"),
            .. members.Where(member => !IsOpen && !Members.ContainsKey(member.Key)).Select(member => $"{place}.{member.Key} is unknown"),
            .. members.Where(member => Members.ContainsKey(member.Key)).SelectMany(member => Members[member.Key].Check(member.Value, $"{place}.{member.Key}")),
        ];
    }
}

/// <summary>An object whose members are texts under any name.</summary>
internal sealed record MapShape(int MaximumCount) : Shape
{
    public override IEnumerable<string> Check(JsonNode? value, string place) => value is not JsonObject members
        ? [$"{place} is no object"]
        : members.Count > MaximumCount ? [$"{place} has more than {MaximumCount} members"] : members.SelectMany(member => Text.Check(member.Value, $"{place}.{member.Key}"));
}
