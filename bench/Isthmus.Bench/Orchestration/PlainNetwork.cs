namespace Isthmus.Bench.Orchestration;

/// <summary>
/// A step of a deep Q-network as one writes it down first, in plain loops: all outputs for the best joint action, and all outputs of the target network for each remembered step of a batch. The
/// baseline of the fast one. It takes the time of learning, and learns nothing worth having.
/// </summary>
internal sealed class PlainNetwork
{
    private readonly float[][] _first;
    private readonly float[][] _second;
    private readonly float[][] _outputs;
    private readonly Random _random = new(1);
    private readonly int _inputs;

    public PlainNetwork(int inputs, int hidden, int outputs)
    {
        _inputs = inputs;
        _first = Layer(hidden, inputs);
        _second = Layer(hidden, hidden);
        _outputs = Layer(outputs, hidden);
    }

    /// <summary>Chooses once, and learns from a batch.</summary>
    public int Step(int batch)
    {
        float[] input = [.. Enumerable.Range(0, _inputs).Select(_ => (float)_random.Next(2))];
        float[] h1 = Forward(_first, input, true), h2 = Forward(_second, h1, true);
        int best = Best(Forward(_outputs, h2, false));
        for (int b = 0; b < batch; b++)
        {
            float[] next = Forward(_outputs, Forward(_second, Forward(_first, input, true), true), false);
            float[] a1 = Forward(_first, input, true), a2 = Forward(_second, a1, true);
            int row = _random.Next(_outputs.Length);
            float value = 0;
            for (int i = 0; i < a2.Length; i++) value += _outputs[row][i] * a2[i];
            float wrong = -0.5f + (0.1f * next[Best(next)]) - value;
            float[] slope2 = new float[a2.Length], slope1 = new float[a1.Length];
            for (int i = 0; i < a2.Length; i++)
            {
                if (a2[i] > 0) slope2[i] = wrong * _outputs[row][i];
                _outputs[row][i] += 0.001f * wrong * a2[i];
            }

            for (int i = 0; i < a2.Length; i++)
            {
                for (int j = 0; j < a1.Length; j++)
                {
                    if (a1[j] > 0) slope1[j] += slope2[i] * _second[i][j];
                    _second[i][j] += 0.001f * slope2[i] * a1[j];
                }
            }

            for (int j = 0; j < a1.Length; j++)
            {
                for (int k = 0; k < input.Length; k++) _first[j][k] += 0.001f * slope1[j] * input[k];
            }
        }

        return best;
    }

    private static int Best(float[] values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best]) best = i;
        }

        return best;
    }

    private static float[] Forward(float[][] layer, float[] input, bool rectified)
    {
        float[] output = new float[layer.Length];
        for (int i = 0; i < layer.Length; i++)
        {
            float sum = 0;
            for (int j = 0; j < input.Length; j++) sum += layer[i][j] * input[j];
            output[i] = rectified && sum < 0 ? 0 : sum;
        }

        return output;
    }

    private float[][] Layer(int rows, int columns) =>
        [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => (float)(_random.NextDouble() - 0.5) * 0.1f).ToArray())];
}
