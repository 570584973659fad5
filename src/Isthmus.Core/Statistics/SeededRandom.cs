using System.Numerics;
using System.Runtime.CompilerServices;

namespace Isthmus.Core.Statistics;

/// <summary>
/// Random numbers from a seed (xoshiro256**, Blackman and Vigna 2018, started by SplitMix64). Unlike <see cref="Random"/> it draws the same numbers in every version of .NET, its state can
/// be kept and restored, and it is fast. Not for secrets.
/// </summary>
public sealed class SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>Starts from a seed; every seed is good.</summary>
    public SeededRandom(long seed)
    {
        ulong z = (ulong)seed;
        _a = Split(ref z);
        _b = Split(ref z);
        _c = Split(ref z);
        _d = Split(ref z);
    }

    private SeededRandom(ulong a, ulong b, ulong c, ulong d) => (_a, _b, _c, _d) = (a, b, c, d);

    /// <summary>The state as 64 hexadecimal digits, for <see cref="Restore"/>.</summary>
    public string State => $"{_a:x16}{_b:x16}{_c:x16}{_d:x16}";

    /// <summary>Goes on where another left off.</summary>
    /// <param name="state">What <see cref="State"/> said.</param>
    /// <returns>Null if that is no state.</returns>
    public static SeededRandom? Restore(string? state)
    {
        if (state is not { Length: 64 }) return null;
        Span<ulong> parts = stackalloc ulong[4];
        for (int i = 0; i < 4; i++)
        {
            if (!ulong.TryParse(state.AsSpan(i * 16, 16), System.Globalization.NumberStyles.AllowHexSpecifier, null, out parts[i])) return null;
        }

        return (parts[0] | parts[1] | parts[2] | parts[3]) == 0 ? null : new(parts[0], parts[1], parts[2], parts[3]);
    }

    /// <summary>64 random bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_b * 5, 7) * 9, t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>From 0 to below 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From 0 to below a bound, all equally likely but for 2⁻⁶⁴·bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(int bound) => (int)Math.BigMul(NextBits(), (ulong)bound, out _);

    /// <summary>From 0 to below a bound, all equally likely but for 2⁻⁶⁴·bound.</summary>
    public long Next(long bound) => (long)Math.BigMul(NextBits(), (ulong)bound, out _);

    /// <summary>Of the exponential distribution with mean 1.</summary>
    public double NextExponential() => -Math.Log(1 - NextDouble());

    /// <summary>Of the normal distribution with mean 0 and variance 1 (Box and Muller).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Of a gamma distribution with mean 1 (Marsaglia and Tsang 2000): shape 1 is the exponential one, a large shape is nearly the constant 1.</summary>
    /// <param name="shape">Above 0; one over the square of the coefficient of variation.</param>
    public double NextGamma(double shape)
    {
        if (shape < 1) return NextGamma(shape + 1) * (shape + 1) / shape * Math.Pow(1 - NextDouble(), 1 / shape);
        double d = shape - (1.0 / 3), c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = NextNormal(), v = 1 + (c * x);
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v))) return d * v / shape;
        }
    }

    /// <summary>How many failures come before the first success, if each try succeeds with a probability.</summary>
    /// <param name="probability">0…1; 0 never succeeds: <see cref="long.MaxValue"/>.</param>
    public long NextGeometric(double probability)
    {
        if (probability <= 0) return long.MaxValue;
        if (probability >= 1) return 0;
        double failures = Math.Floor(Math.Log(1 - NextDouble()) / Math.Log(1 - probability));
        return failures < 1e18 ? (long)failures : long.MaxValue;
    }

    private static ulong Split(ref ulong z)
    {
        ulong x = z += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
