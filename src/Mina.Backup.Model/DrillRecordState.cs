namespace Mina.Backup.Model;

/// <summary>What the chain of checksums says of one record in the history of drills.</summary>
public enum DrillRecordState
{
    /// <summary>As it was written, at its place.</summary>
    Intact,

    /// <summary>A run that ended while it wrote left a part of its record; no complete one was ever there.</summary>
    Torn,

    /// <summary>Changed after it was written.</summary>
    Edited,

    /// <summary>At a place that is not its own, or put in by somebody else.</summary>
    Displaced,

    /// <summary>Removed, or cut off with the end of the file.</summary>
    Missing,
}
