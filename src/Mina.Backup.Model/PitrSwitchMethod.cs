namespace Mina.Backup.Model;

/// <summary>How a branch takes the live one's place.</summary>
public enum PitrSwitchMethod
{
    /// <summary>Its database is backed up, restored beside the live one, proven, and swapped in.</summary>
    Swap,

    /// <summary>Neon: the default branch goes back to the branch's point; what it was stays as a branch of its own.</summary>
    InPlace,

    /// <summary>Neon: the branch becomes the project's default branch.</summary>
    SetAsDefault,
}
