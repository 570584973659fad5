namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>SplitMix64 with normal numbers by Box and Muller: a stream whose place can be saved and restored exactly.</summary>
/// <param name="state">The seed, or a saved place.</param>
internal sealed class ResumableRandom(ulong state)
{
    /// <summary>The place in the stream.</summary>
    public ulong State { get; private set; } = state;

    /// <summary>A number from 0 up to but not including 1.</summary>
    public double Uniform()
    {
        ulong x = State += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return ((x ^ (x >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Fills with independent normal numbers of mean 0 and variance 1.</summary>
    public void Normal(Span<double> values)
    {
        for (int i = 0; i < values.Length; i += 2)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - Uniform()));
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * Uniform());
            values[i] = radius * cosine;
            if (i + 1 < values.Length) values[i + 1] = radius * sine;
        }
    }
}
