using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// An adaptive probability that the next bit is 1: 22 bits of probability, and 10 bits that count what was seen, so that the first
/// bits teach much and later ones little. Integers only: the same on every processor.
/// </summary>
internal static class BitModel
{
    /// <summary>A probability of one half, nothing seen.</summary>
    public const uint Even = 1u << 31;

    /// <summary>Beyond so many bits a probability follows at a constant pace of about 1/256.</summary>
    public const int Limit = 255;

    /// <summary>Probabilities are kept so far from 0 and 1, in units of 2⁻¹⁶.</summary>
    private const uint Margin = 48;

    private const uint CountMask = 1023;

    // 2^16 / (n + 1.6), as in Laplace's rule of succession.
    private static readonly ImmutableArray<int> Pace = [.. Enumerable.Range(0, Limit + 1).Select(n => 655_360 / ((10 * n) + 16))];

    /// <summary>The paces by count, for loops that pin them.</summary>
    public static ReadOnlySpan<int> Paces => Pace.AsSpan();

    /// <summary>A model that starts with this probability.</summary>
    /// <param name="probability">Of a 1, in units of 2⁻¹⁶, 1…65535.</param>
    /// <param name="seen">How many bits this knowledge counts for, 0…<see cref="Limit"/>.</param>
    public static uint Start(int probability, int seen) => ((uint)probability << 16) | (uint)seen;

    /// <summary>The probability of a 1 in units of 2⁻¹⁶, kept away from 0 and 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Probability(uint model) => Math.Clamp(model >> 16, Margin, 65_536 - Margin);

    /// <summary>The model after a bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe uint Next(uint model, uint bit, int* paces)
    {
        uint count = model & CountMask;
        int probability = (int)(model >> 10);
        int target = (int)(bit * 0x3F_FFFF);
        probability += (int)(((long)(target - probability) * paces[count]) >> 16);
        return ((uint)probability << 10) | (count + (count < Limit ? 1u : 0u));
    }
}
