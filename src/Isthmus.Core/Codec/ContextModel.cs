using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Isthmus.Core.Codec;

/// <summary>
/// Which frequency table codes a packed symbol: activations are alike where their neighbours are, so the sizes of three symbols already
/// coded choose: the one to the left of it, the one above it, and whether the one to the right of that is zero. A size is 0 (all zero) to 3.
/// </summary>
internal static unsafe class ContextModel
{
    /// <summary>Contexts: 8·size of the left + 2·size of that above + 1 where that above to the right is not zero.</summary>
    public const int Contexts = 32;

    /// <summary>Ways to share tables between contexts where the tables are in the frame.</summary>
    public const int Sharings = 4;

    /// <summary>The sharing of trained tables: none.</summary>
    public const int Trained = 4;

    // Small tensors cannot pay for seven tables.
    private const int Seven = 20_000;
    private const int Four = 5_000;
    private const int Two = 1_500;

    /// <summary>Tables of a sharing.</summary>
    public static int Tables(int sharing) => sharing switch { 0 => 1, 1 => 2, 2 => 4, 3 => 7, _ => Contexts };

    /// <summary>The table of each context.</summary>
    public static ReadOnlySpan<byte> Map(int sharing) => sharing switch
    {
        0 => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        1 => [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        2 => [0, 0, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 2, 2, 3, 3, 2, 2, 2, 2, 3, 3, 3, 3, 2, 2, 3, 3, 3, 3, 3, 3],
        3 => [0, 0, 1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 2, 2, 3, 3, 4, 4, 5, 5, 3, 3, 4, 4, 5, 5, 6, 6],
        _ => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31],
    };

    /// <summary>The sharing for so many packed symbols.</summary>
    public static int SharingFor(int packed) => packed >= Seven ? 3 : packed >= Four ? 2 : packed >= Two ? 1 : 0;

    /// <summary>The table of a symbol.</summary>
    /// <param name="map">The table of each context.</param>
    /// <param name="size">Where the symbol's size stands, or will.</param>
    /// <param name="lanes">The distance to the symbol on the left.</param>
    /// <param name="before">The distance to that above.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(byte* map, byte* size, int lanes, int before) =>
        map[(8 * *(size - lanes)) + (2 * *(size - before)) + (*(size - before + lanes) != 0 ? 1 : 0)];

    /// <summary>The tables of 32 symbols side by side.</summary>
    /// <param name="mapLow">The tables of the contexts 0…15, twice.</param>
    /// <param name="mapHigh">The tables of the contexts 16…31, twice.</param>
    /// <param name="left">The sizes of the symbols to the left.</param>
    /// <param name="above">Where the sizes of the symbols above stand.</param>
    /// <param name="lanes">From there to those to the right of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Of(Vector256<byte> mapLow, Vector256<byte> mapHigh, Vector256<byte> left, byte* above, int lanes)
    {
        // No shift carries into the next byte; an index with the highest bit gives 0.
        Vector256<byte> context = (left.AsUInt16() << 3).AsByte() + (Vector256.Load(above).AsUInt16() << 1).AsByte() + Vector256.Min(Vector256.Load(above + lanes), Vector256<byte>.One);
        return Avx2.Shuffle(mapLow, context + Vector256.Create((byte)0x70)) | Avx2.Shuffle(mapHigh, context - Vector256.Create((byte)16));
    }

    /// <summary>Fills in the size of each packed symbol: by the sum of its digits' distances from zero's, in parts of the greatest sum.</summary>
    /// <param name="packing">The packing.</param>
    /// <param name="zero">The digit of zero.</param>
    /// <param name="sizes">Receives the size of each of the packing's symbols.</param>
    public static void FillSizes(in SymbolPacking packing, int zero, Span<byte> sizes)
    {
        int greatest = Math.Max(zero, packing.Levels - 1 - zero) * packing.Digits;
        int small = Math.Max(1, ((2 * greatest) + 5) / 10);
        int medium = Math.Max(small + 1, ((5 * greatest) + 5) / 10);
        Span<int> sums = stackalloc int[256];
        sums[0] = 0;
        int known = 1;
        for (int i = 0; i < packing.Digits; i++)
        {
            // The next digit from the highest down, so that its zero is what is already there.
            for (int digit = packing.Levels - 1; digit >= 0; digit--)
            {
                int distance = Math.Abs(digit - zero);
                for (int s = 0; s < known; s++) sums[(digit * known) + s] = sums[s] + distance;
            }

            known *= packing.Levels;
        }

        for (int s = 0; s < packing.Symbols; s++)
        {
            int sum = sums[s];
            sizes[s] = (byte)((sum > 0 ? 1 : 0) + (sum > small ? 1 : 0) + (sum > medium ? 1 : 0));
        }
    }
}
