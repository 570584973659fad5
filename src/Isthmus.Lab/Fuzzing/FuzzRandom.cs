namespace Isthmus.Lab.Fuzzing;

/// <summary>
/// SplitMix64: a stream of random numbers for each input of a fuzz run, so that an input can be made again from the seed and its number
/// alone, whichever thread makes it.
/// </summary>
internal struct FuzzRandom
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    private ulong _state;

    private FuzzRandom(ulong state)
    {
        _state = state;
    }

    /// <summary>The stream of one input.</summary>
    public static FuzzRandom Of(ulong seed, long index) => new(Mix(seed + Step) ^ Mix((ulong)index + unchecked(2 * Step)));

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(_state += Step);

    /// <summary>A number from 0 to below <paramref name="limit"/>, which is at least 1.</summary>
    public int Next(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    /// <summary>A number from 0 to below 1.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Next(times) == 0;

    /// <summary>Fills bytes.</summary>
    public void Fill(Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(Next() >> 56);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
