using System.Collections.Immutable;

namespace Isthmus.Core.Codec.Pictures;

/// <summary>
/// Probabilities as numbers that can be added: x = ln(p / (1 − p)) in units of 1/256, −2047…2047. The tables are made with multiplications and divisions alone, which are exact
/// to the last bit on every processor (IEEE 754), unlike exponentials.
/// </summary>
internal static class Logistic
{
    /// <summary>The largest x.</summary>
    public const int Largest = 2047;

    private const double EToThe256th = 1.0039138893383475734;

    private static readonly ImmutableArray<ushort> Probability = Probabilities();

    private static readonly ImmutableArray<short> Inverse = Inverses();

    /// <summary>The probability in units of 2⁻¹⁶ of x, at x + 2048; never 0 or 65536.</summary>
    public static ReadOnlySpan<ushort> Probabilities2048 => Probability.AsSpan();

    /// <summary>The x of a probability, by its upper 12 bits.</summary>
    public static ReadOnlySpan<short> Stretched => Inverse.AsSpan();

    private static ImmutableArray<ushort> Probabilities()
    {
        ImmutableArray<ushort>.Builder all = ImmutableArray.CreateBuilder<ushort>(4096);
        all.Count = 4096;
        double power = 1;
        for (int x = 0; x <= 2048; x++, power *= EToThe256th)
        {
            int unlikely = Math.Max(1, (int)(65_536 / (1 + power)));
            if (x < 2048) all[2048 + x] = (ushort)(65_536 - Math.Max(unlikely, 1));
            all[2048 - x] = (ushort)unlikely;
        }

        return all.MoveToImmutable();
    }

    private static ImmutableArray<short> Inverses()
    {
        ImmutableArray<short>.Builder all = ImmutableArray.CreateBuilder<short>(4096);
        int x = -Largest;
        for (int i = 0; i < 4096; i++)
        {
            // The nearest x to the middle of the interval, from below.
            while (x < Largest && Probability[2048 + x + 1] <= (16 * i) + 8) x++;
            all.Add((short)x);
        }

        return all.MoveToImmutable();
    }
}
