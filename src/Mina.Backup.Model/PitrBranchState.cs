namespace Mina.Backup.Model;

/// <summary>What a branch is doing.</summary>
public enum PitrBranchState
{
    /// <summary>It is being made; nobody can connect yet.</summary>
    Creating,

    /// <summary>It serves, and may be written to.</summary>
    Ready,

    /// <summary>It serves for reading, and its recovery waits at the point: it can be stepped forward.</summary>
    Paused,

    /// <summary>Its data is there, but its server does not run, for instance after the machine was restarted.</summary>
    Stopped,

    /// <summary>It is being put back to another point; nobody can connect.</summary>
    Resetting,

    /// <summary>It serves, but slowly at first: its data lies in an archive.</summary>
    Archived,

    /// <summary>A state that this version of the module does not know.</summary>
    Unknown,
}
