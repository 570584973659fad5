namespace Isthmus.Bench;

/// <summary>Seeded activations with the statistics of real ones, for runs without a network.</summary>
internal static class SyntheticActivations
{
    /// <summary>
    /// What a ReLU leaves: per channel its own share of zeros (0.2 to 0.95 about the mean) and its own scale of an exponential
    /// tail, smooth in space.
    /// </summary>
    /// <param name="channels">Channels.</param>
    /// <param name="side">Height and width.</param>
    /// <param name="seed">The same seed gives the same values.</param>
    public static float[] Relu(int channels, int side, int seed)
    {
        Random random = new(seed);
        float[] values = new float[channels * side * side];
        for (int c = 0; c < channels; c++)
        {
            double threshold = 0.2 + (random.NextDouble() * 0.6);
            double scale = 0.3 + (random.NextDouble() * 1.4);
            double fx = 1 + (random.NextDouble() * 5);
            double fy = 1 + (random.NextDouble() * 5);
            double phase = random.NextDouble() * 2 * Math.PI;
            for (int i = 0; i < side * side; i++)
            {
                double smooth = 0.5 + (0.5 * Math.Sin((fx * (i % side) / side * 2 * Math.PI) + (fy * (i / side) / side * 2 * Math.PI) + phase));
                double u = (0.5 * smooth) + (0.5 * random.NextDouble());
                double above = (u - threshold) / (1 - threshold);
                values[(c * side * side) + i] = above <= 0 ? 0 : (float)(-Math.Log(1 - (above * 0.999)) * scale);
            }
        }

        return values;
    }

    /// <summary>What a linear layer leaves: normally distributed.</summary>
    /// <param name="count">How many values.</param>
    /// <param name="seed">The same seed gives the same values.</param>
    public static float[] Linear(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) * 2);
        return values;
    }
}
