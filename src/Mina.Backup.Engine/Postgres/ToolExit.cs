using System.Globalization;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Postgres;

/// <summary>How a program ended.</summary>
/// <param name="Tool">The program.</param>
/// <param name="Code">Its exit status; on Unix 128 and the signal's number when a signal killed it.</param>
/// <param name="ErrorText">What it wrote to standard error; of much text the beginning and the end.</param>
public sealed record ToolExit(ClientTool Tool, int Code, string ErrorText)
{
    /// <summary>The signal that killed it; null when it ended by itself.</summary>
    public int? Signal => !OperatingSystem.IsWindows() && Code > 128 ? Code - 128 : null;

    /// <summary>Nothing when it ended with 0, else the error that it stands for.</summary>
    /// <param name="target">The object that it worked on.</param>
    /// <exception cref="MinaException">A <see cref="ServerException"/> when its words are known; <c>ToolKilled</c>, <c>ToolFailed</c>.</exception>
    public void EnsureSuccess(string target)
    {
        if (Failure(target) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>The error that it stands for; null when it ended with 0.</summary>
    public MinaException? Failure(string target)
    {
        if (Code == 0)
        {
            return null;
        }

        var context = new ErrorContext { Target = target };
        if (Signal is { } signal)
        {
            return new ToolException(ErrorCatalog.ToolKilled, $"{Tool.Program} was killed by signal {signal.ToString(CultureInfo.InvariantCulture)}.", context);
        }

        return PostgresErrors.FromToolOutput(Tool.Program, ErrorText, target)
            ?? new ToolException(
                ErrorCatalog.ToolFailed,
                $"{Tool.Program} ended with status {Code.ToString(CultureInfo.InvariantCulture)}: {ToolOutputReader.Summary(ErrorText)}",
                context);
    }
}
