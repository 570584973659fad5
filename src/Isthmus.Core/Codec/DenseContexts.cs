using System.Collections.Immutable;

namespace Isthmus.Core.Codec;

/// <summary>
/// The contexts of the dense codec: what is expected of a magnitude, and how much its neighbours differ, each on a logarithmic scale.
/// Made with integers only, so that both sides have the same tables wherever they run.
/// </summary>
internal static class DenseContexts
{
    /// <summary>Fixed point: sixteenths of a quantiser step.</summary>
    public const int Unit = 16;

    /// <summary>Expected magnitudes and differences are cut off here, in sixteenths.</summary>
    public const int Largest = 1023;

    /// <summary>Classes of the expected magnitude.</summary>
    public const int Means = 48;

    /// <summary>Classes of the neighbours' difference.</summary>
    public const int Spreads = 8;

    /// <summary>All contexts of a decision.</summary>
    public const int Count = Means * Spreads;

    /// <summary>Decisions "larger than k", k = 0…13, that have contexts of their own; what is larger is escaped.</summary>
    public const int Decisions = 14;

    /// <summary>By expected magnitude in sixteenths: its class times <see cref="Spreads"/>.</summary>
    public static ImmutableArray<ushort> Mean { get; } = Classes(Means, 4700, Spreads);

    /// <summary>By difference in sixteenths: its class.</summary>
    public static ImmutableArray<ushort> Spread { get; } = Classes(Spreads, 900, 1);

    // So many classes per thousand octaves of 1 + v.
    private static ImmutableArray<ushort> Classes(int count, int thousandthsPerOctave, int scale)
    {
        ushort[] classes = new ushort[Largest + 1];
        for (int v = 0; v <= Largest; v++)
        {
            long j = (long)Octaves(v + 1) * thousandthsPerOctave / 1000 >> 16;
            classes[v] = (ushort)(Math.Min(j, count - 1) * scale);
        }

        return [.. classes];
    }

    /// <summary>The binary logarithm in units of 2⁻¹⁶, of a positive number, rounded down, by repeated squaring.</summary>
    internal static int Octaves(int value)
    {
        int whole = 31 - System.Numerics.BitOperations.LeadingZeroCount((uint)value);
        ulong x = (ulong)value << (31 - whole);
        int result = whole;
        for (int i = 0; i < 16; i++)
        {
            x = (x * x) >> 31;
            result <<= 1;
            if (x >> 32 != 0)
            {
                x >>= 1;
                result |= 1;
            }
        }

        return result;
    }
}
