using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec.Pictures;

/// <summary>Which adaptive probabilities there are, and where each kind of them begins.</summary>
internal static class PictureContexts
{
    /// <summary>Groups of frequencies.</summary>
    public const int FrequencyGroups = 6;

    /// <summary>Groups of bands: frequencies of brightness, and of colour.</summary>
    public const int Groups = 2 * FrequencyGroups;

    /// <summary>Levels of a sum of neighbours: none, then two for each doubling.</summary>
    public const int Levels = 16;

    /// <summary>Levels of the coarser scale.</summary>
    public const int FewLevels = 10;

    /// <summary>Levels of the finer scale.</summary>
    public const int ManyLevels = 64;

    /// <summary>The most bit planes.</summary>
    public const int Planes = 15;

    /// <summary>Probabilities that are mixed for a coefficient that may become other than zero.</summary>
    public const int Mixed = 6;

    /// <summary>By band, and how busy the blocks around are.</summary>
    public const int ByBand = 0;

    /// <summary>By neighbours in the band and the bands beside it.</summary>
    public const int ByNeighbours = ByBand + (PictureLayout.MostBands * Levels);

    /// <summary>By neighbours in the band and in brightness, or further away.</summary>
    public const int ByBrightness = ByNeighbours + (Groups * Levels * Levels);

    /// <summary>By neighbours to the sides and above and below.</summary>
    public const int ByDirection = ByBrightness + (Groups * Levels * Levels);

    /// <summary>By plane and all neighbours together.</summary>
    public const int BySum = ByDirection + (Groups * 3 * FewLevels * FewLevels);

    /// <summary>By neighbours across corners, and all other bands.</summary>
    public const int ByCorners = BySum + (3 * 16 * ManyLevels);

    /// <summary>Further bits of a coefficient that is not zero.</summary>
    public const int Refinement = ByCorners + (Groups * Levels * Levels);

    /// <summary>Whether a band has its first coefficient in this plane.</summary>
    public const int Active = Refinement + (Groups * 4 * Levels);

    /// <summary>How many there are.</summary>
    public const int Count = Active + (10 * FrequencyGroups);

    /// <summary>Weights of the mixture: a set for each group and plane.</summary>
    public const int Weights = Groups * 16 * Mixed;

    /// <summary>The level of a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Level(int sum)
    {
        if (sum <= 1) return sum;
        int log = int.Log2(sum);
        return Math.Min((2 * log) + ((sum >> (log - 1)) & 1) + 1, Levels - 1);
    }

    /// <summary>The level of a sum on the finer scale: four for each doubling.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FineLevel(int sum)
    {
        if (sum <= 1) return sum;
        int log = int.Log2(sum);
        return Math.Min((4 * log) + (log == 1 ? (sum & 1) * 2 : (sum >> (log - 2)) & 3) + 1, ManyLevels - 1);
    }

    /// <summary>The level on the coarser scale of one on the ordinary.</summary>
    public static ReadOnlySpan<byte> Few => [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 9, 9];

    /// <summary>The level of a block's and its neighbours' busyness.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BlockLevel(int sum)
    {
        if (sum <= 0) return 0;
        int log = int.Log2(sum);
        return log < 2 ? log + 1 : Math.Min((2 * log) + ((sum >> (log - 1)) & 1) - 1, Levels - 1);
    }
}
