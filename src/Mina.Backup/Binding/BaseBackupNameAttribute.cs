using System.Management.Automation;
using Mina.Backup.Model;

namespace Mina.Backup.Binding;

/// <summary>Takes a base backup, as New-MinaBaseBackup and Get-MinaBaseBackup give it, or its name, and gives the name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BaseBackupNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            BaseBackupInfo backup => backup.Name,
            var other => other,
        };
}
