namespace Isthmus.Core.Codec;

/// <summary>
/// Which frequency table codes a packed symbol: activations are alike where their neighbours are, so the sizes of the two symbols
/// already coded to the left of it and above it choose. A size is 0 (all zero) to 3, their sum the context.
/// </summary>
internal static class ContextModel
{
    /// <summary>Contexts: sums of two sizes.</summary>
    public const int Contexts = 7;

    /// <summary>Ways to share tables between contexts.</summary>
    public const int Sharings = 4;

    // Small tensors cannot pay for seven tables.
    private const int Seven = 20_000;
    private const int Four = 5_000;
    private const int Two = 1_500;

    /// <summary>Tables of a sharing.</summary>
    public static int Tables(int sharing) => sharing switch { 0 => 1, 1 => 2, 2 => 4, _ => Contexts };

    /// <summary>The table of each context.</summary>
    public static ReadOnlySpan<byte> Map(int sharing) => sharing switch
    {
        0 => [0, 0, 0, 0, 0, 0, 0],
        1 => [0, 0, 1, 1, 1, 1, 1],
        2 => [0, 1, 2, 2, 3, 3, 3],
        _ => [0, 1, 2, 3, 4, 5, 6],
    };

    /// <summary>The sharing for so many packed symbols.</summary>
    public static int SharingFor(int packed) => packed >= Seven ? 3 : packed >= Four ? 2 : packed >= Two ? 1 : 0;

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
