using System.Globalization;
using System.Management.Automation.Host;

namespace Mina.Backup.Console;

/// <summary>The screen, as far as formatting needs it: width, colors. There is no full-screen access.</summary>
internal sealed class ConsoleRawInterface(InterruptibleRead input) : PSHostRawUserInterface
{
    // Wide enough for the default views; a log file has no width of its own.
    private const int WidthWithoutTerminal = 140;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override Coordinates CursorPosition { get; set; }

    public override int CursorSize { get; set; } = 25;

    public override Coordinates WindowPosition { get; set; }

    public override Size BufferSize
    {
        get => new(Width(), 9999);
        set => throw new NotSupportedException("mina does not resize the terminal.");
    }

    public override Size WindowSize
    {
        get => new(Width(), 50);
        set => throw new NotSupportedException("mina does not resize the terminal.");
    }

    public override Size MaxPhysicalWindowSize => WindowSize;

    public override Size MaxWindowSize => WindowSize;

    public override bool KeyAvailable => !System.Console.IsInputRedirected && System.Console.KeyAvailable;

    public override string WindowTitle { get; set; } = "mina";

    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            System.Console.ReadKey(intercept: true);
        }
    }

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if (System.Console.IsInputRedirected)
        {
            throw new InteractionUnavailableException("The script waits for a key, and standard input is no terminal. Run it in a terminal, or take the question out.");
        }

        var key = input.WaitFor(() => System.Console.ReadKey(options.HasFlag(ReadKeyOptions.NoEcho)));
        return new KeyInfo((int)key.Key, key.KeyChar, (ControlKeyStates)0, keyDown: true);
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) =>
        throw new NotSupportedException("mina does not read the screen.");

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw new NotSupportedException("mina does not scroll the screen.");

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) =>
        throw new NotSupportedException("mina does not draw on the screen.");

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        // Clear-Host comes here; a stream has nothing to clear.
    }

    private static int Width()
    {
        var fromTerminal = System.Console.IsOutputRedirected ? 0 : System.Console.WindowWidth;
        if (fromTerminal > 0)
        {
            return fromTerminal;
        }

        return int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0
            ? columns
            : WidthWithoutTerminal;
    }
}
