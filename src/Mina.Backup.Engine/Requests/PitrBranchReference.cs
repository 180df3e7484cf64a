using Mina.Backup.Model;

namespace Mina.Backup.Engine.Requests;

/// <summary>Names one branch. A name alone means the first provider that has one of that name, this machine before Neon.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Provider">Who holds it; whoever has one of that name when null.</param>
public sealed record PitrBranchReference(string Name, PitrProvider? Provider)
{
    /// <summary>A name alone.</summary>
    public static implicit operator PitrBranchReference(string name) => new(name, null);

    /// <summary>A name alone.</summary>
    public static PitrBranchReference FromString(string name) => name;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
