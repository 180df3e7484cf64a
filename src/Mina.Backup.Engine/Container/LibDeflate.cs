using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mina.Backup.Engine.Container;

/// <summary>
/// The system's libdeflate, which decompresses whole buffers faster than the streaming library that .NET brings along. Many machines have it, as
/// image libraries need it; nothing here depends on it. Source of names and shapes: its libdeflate.h, whose interface is stable within version 1.
/// </summary>
internal sealed unsafe class LibDeflate
{
    private const int Success = 0;

    private readonly delegate* unmanaged<nint> allocate;
    private readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint*, nuint*, int> decompress;
    private readonly delegate* unmanaged<nint, void> free;

    private LibDeflate(nint allocate, nint decompress, nint free)
    {
        this.allocate = (delegate* unmanaged<nint>)allocate;
        this.decompress = (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint*, nuint*, int>)decompress;
        this.free = (delegate* unmanaged<nint, void>)free;
    }

    /// <summary>The library, or null where it is not installed.</summary>
    public static LibDeflate? Installed { get; } = Load();

    /// <summary>A decompressor, for one thread at a time.</summary>
    public Decompressor CreateDecompressor()
    {
        var handle = allocate();
        return handle != 0 ? new Decompressor(this, handle) : throw new InsufficientMemoryException("libdeflate gave no decompressor.");
    }

    private static LibDeflate? Load() => Places.Select(Load).FirstOrDefault(library => library is not null);

    // Whole names only, of places that the system's own loader trusts: where Windows would look, anybody may have put a file.
    private static string[] Places => OperatingSystem.IsWindows()
        ? []
        : OperatingSystem.IsMacOS() ? ["/opt/homebrew/lib/libdeflate.0.dylib", "/usr/local/lib/libdeflate.0.dylib"] : ["libdeflate.so.0"];

    private static LibDeflate? Load(string place) =>
        NativeLibrary.TryLoad(place, out var library)
        && NativeLibrary.TryGetExport(library, "libdeflate_alloc_decompressor", out var allocate)
        && NativeLibrary.TryGetExport(library, "libdeflate_deflate_decompress_ex", out var decompress)
        && NativeLibrary.TryGetExport(library, "libdeflate_free_decompressor", out var free)
            ? new LibDeflate(allocate, decompress, free)
            : null;

    /// <summary>A decompressor and the memory it works in.</summary>
    public sealed class Decompressor : SafeHandleZeroOrMinusOneIsInvalid
    {
        private readonly LibDeflate library;

        internal Decompressor(LibDeflate library, nint handle)
            : base(ownsHandle: true)
        {
            this.library = library;
            SetHandle(handle);
        }

        /// <summary>Decompresses a deflate stream that takes all of one buffer and fills all of the other; false when it is otherwise.</summary>
        public bool TryDecompress(ReadOnlySpan<byte> packed, Span<byte> plain)
        {
            var held = false;
            try
            {
                DangerousAddRef(ref held);
                fixed (byte* input = packed)
                fixed (byte* output = plain)
                {
                    // Without an address, an empty buffer would be taken for one that is missing.
                    byte nothing;
                    nuint read, written;
                    var result = library.decompress(handle, input, (nuint)packed.Length, output is null ? &nothing : output, (nuint)plain.Length, &read, &written);
                    return result == Success && read == (nuint)packed.Length && written == (nuint)plain.Length;
                }
            }
            finally
            {
                if (held)
                {
                    DangerousRelease();
                }
            }
        }

        /// <inheritdoc/>
        protected override bool ReleaseHandle()
        {
            library.free(handle);
            return true;
        }
    }
}
