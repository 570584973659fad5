using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Orchestration.Learning;

public sealed class PerceptronTests
{
    // The gradient of ½(q − y)² by every weight of the hidden layers, beside the slope between two nearby losses.
    [Fact]
    public void Backward_RandomNetworks_IsTheSlopeOfTheLoss() => Prop.ForAll(Gen.Choose(1, 100_000).ToArbitrary(), seed =>
    {
        SeededRandom random = new(seed);
        int inputs = 1 + random.Next(6), first = 1 + random.Next(8), second = 1 + random.Next(8), outputs = 1 + random.Next(4);
        Perceptron<double> network = new(inputs, first, second, outputs, random, -0.5);
        for (int i = 0; i < network.Weights[2].Length; i++) network.Weights[2][i] = random.NextNormal();
        foreach (double[] biases in network.Biases)
        {
            for (int i = 0; i < biases.Length; i++) biases[i] = 0.3 * random.NextNormal();
        }

        double[] input = [.. Enumerable.Range(0, inputs).Select(_ => random.NextNormal())], h1 = new double[first], h2 = new double[second];
        int row = random.Next(outputs);
        double wanted = random.NextNormal();
        network.Hidden(input, h1, h2);
        double[] slope = [.. network.Row(row).ToArray().Select(w => w * (network.Output(h2, row) - wanted))];
        double[][] weights = [new double[first * inputs], new double[second * first]], biasGradients = [new double[first], new double[second]];
        double[] kept = [.. h1], kept2 = [.. h2];
        network.Backward(input, kept, kept2, slope, new double[first], weights, biasGradients);
        for (int layer = 0; layer < 2; layer++)
        {
            if (!Agree(network.Weights[layer], weights[layer]) || !Agree(network.Biases[layer], biasGradients[layer])) return false;
        }

        return true;

        bool Agree(double[] parameters, double[] gradient)
        {
            const double step = 1e-6;
            for (int i = 0; i < parameters.Length; i++)
            {
                double before = parameters[i], above = Loss(before + step), below = Loss(before - step), here = Loss(before);
                double slopeAbove = (above - here) / step, slopeBelow = (here - below) / step;

                // Where a unit turns on or off between the two there is no slope.
                if (Math.Abs(slopeAbove - slopeBelow) > 1e-2) continue;
                double measured = (above - below) / (2 * step);
                if (Math.Abs(measured - gradient[i]) > 1e-5 * (1 + Math.Abs(measured))) return false;

                double Loss(double value)
                {
                    parameters[i] = value;
                    network.Hidden(input, h1, h2);
                    double error = network.Output(h2, row) - wanted;
                    parameters[i] = before;
                    return error * error / 2;
                }
            }

            return true;
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Step_OfAdam_IsThePublishedRule()
    {
        float[] weights = [.. Enumerable.Range(0, 37).Select(i => i * 0.1f)], start = [.. weights];
        AdamOptimizer adam = new(weights);
        double[] mean = new double[37], square = new double[37], expected = [.. start.Select(w => (double)w)];
        SeededRandom random = new(5);
        for (int t = 1; t <= 50; t++)
        {
            float[] gradient = [.. Enumerable.Range(0, 37).Select(_ => (float)random.NextNormal())];
            for (int i = 0; i < 37; i++)
            {
                mean[i] = (0.9 * mean[i]) + (0.1 * gradient[i]);
                square[i] = (0.999 * square[i]) + (0.001 * gradient[i] * gradient[i]);
                expected[i] -= 0.01 * (mean[i] / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(square[i] / (1 - Math.Pow(0.999, t))) + 1e-8);
            }

            adam.Step([gradient], 0.01);
            Assert.All(gradient, g => Assert.Equal(0, g));
        }

        for (int i = 0; i < 37; i++) Assert.Equal(expected[i], weights[i], 1e-4);
    }
}
