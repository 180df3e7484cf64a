namespace Mina.Backup.Model;

/// <summary>Families of failures, coarse enough for a script to branch on.</summary>
public enum ErrorKind
{
    /// <summary>Something needed was not given, or two things given contradict each other.</summary>
    InvalidArgument,

    /// <summary>A named thing does not exist.</summary>
    NotFound,

    /// <summary>A name is taken already.</summary>
    AlreadyExists,

    /// <summary>The server, the network or a program cannot be reached or went away.</summary>
    Unavailable,

    /// <summary>Credentials were refused.</summary>
    AuthenticationFailed,

    /// <summary>A right is missing.</summary>
    PermissionDenied,

    /// <summary>Space, memory or another resource ran out.</summary>
    ResourceExhausted,

    /// <summary>Stored data is damaged, incomplete or not what it claims to be.</summary>
    InvalidData,

    /// <summary>The operation was refused because it could do harm.</summary>
    Refused,

    /// <summary>The environment is too old or lacks a feature.</summary>
    NotSupported,

    /// <summary>Everything else.</summary>
    Unspecified,
}
