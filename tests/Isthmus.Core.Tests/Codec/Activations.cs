namespace Isthmus.Core.Tests.Codec;

/// <summary>Seeded values that look like what crosses a cut, and values that nobody expects.</summary>
internal static class Activations
{
    /// <summary>What a ReLU leaves: zeros, and an exponential tail.</summary>
    public static float[] Relu(int count, double zeros, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = random.NextDouble() < zeros ? 0 : (float)(-Math.Log(1 - random.NextDouble()) * 1.7);
        return values;
    }

    /// <summary>What a linear bottleneck leaves: normally distributed about a mean that is not zero.</summary>
    public static float[] Linear(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)((Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) * 3) + 0.4);
        return values;
    }

    /// <summary>Finite floats of every magnitude: random bits.</summary>
    public static float[] Wild(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            do values[i] = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            while (!float.IsFinite(values[i]));
        }

        return values;
    }

    /// <summary>Denormals only.</summary>
    public static float[] Denormal(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = BitConverter.Int32BitsToSingle(random.Next(0x007F_FFFF)) * (random.Next(2) == 0 ? 1 : -1);
        return values;
    }

    /// <summary>Some of the values replaced by NaNs (with payloads) and infinities.</summary>
    public static float[] WithNonFinite(float[] values, double share, int seed)
    {
        Random random = new(seed);
        float[] special =
        [
            float.NaN, float.PositiveInfinity, float.NegativeInfinity,
            BitConverter.Int32BitsToSingle(0x7FC1_2345), BitConverter.Int32BitsToSingle(unchecked((int)0xFFAB_CDEF)),
        ];
        return [.. values.Select(v => random.NextDouble() < share ? special[random.Next(special.Length)] : v)];
    }

    /// <summary>The shapes of values on which every fact must hold, with their names.</summary>
    public static IEnumerable<(string Name, float[] Values)> Kinds(int count, int seed)
    {
        yield return ("relu", Relu(count, 0.6, seed));
        yield return ("sparse", Relu(count, 0.98, seed));
        yield return ("dense", Relu(count, 0, seed));
        yield return ("linear", Linear(count, seed));
        yield return ("wild", Wild(count, seed));
        yield return ("denormal", Denormal(count, seed));
        yield return ("constant", [.. Enumerable.Repeat(-3.25f, count)]);
        yield return ("two values", [.. Enumerable.Range(0, count).Select(i => i % 3 == 0 ? -float.MaxValue : float.MaxValue)]);
        yield return ("zeros of both signs", [.. Enumerable.Range(0, count).Select(i => i % 2 == 0 ? 0f : -0f)]);
        yield return ("neighbours", [.. Enumerable.Range(0, count).Select(i => i % 2 == 0 ? 1f : MathF.BitIncrement(1f))]);
        yield return ("one outlier", [.. Enumerable.Range(0, count).Select(i => i == count / 2 ? 1e30f : i % 17)]);
    }
}
