namespace Mina.Backup.Engine.Container;

/// <summary>Levels of a compression.</summary>
/// <param name="Least">The fastest.</param>
/// <param name="Greatest">The smallest result.</param>
/// <param name="Default">The one used when none is asked for.</param>
internal sealed record CompressionLevels(int Least, int Greatest, int Default)
{
    public bool Contains(int level) => level >= Least && level <= Greatest;
}
