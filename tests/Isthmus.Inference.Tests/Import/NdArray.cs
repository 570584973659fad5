namespace Isthmus.Inference.Tests.Import;

/// <summary>Numbers in row-major order, with a shape.</summary>
internal sealed record NdArray(float[] Values, int[] Shape)
{
    public static NdArray Random(Random random, params int[] shape) =>
        new([.. Enumerable.Range(0, Count(shape)).Select(_ => (float)((random.NextDouble() * 4) - 2))], shape);

    public static int Count(int[] shape) => shape.Aggregate(1, (c, d) => c * d);

    /// <summary>Computes every element from its index.</summary>
    public static NdArray From(int[] shape, Func<int[], double> element)
    {
        float[] values = new float[Count(shape)];
        for (int i = 0; i < values.Length; i++) values[i] = (float)element(IndexOf(i, shape));
        return new(values, shape);
    }

    public float this[params int[] index] => Values[Offset(index)];

    public NdArray Select(Func<float, double> f) => new([.. Values.Select(v => (float)f(v))], Shape);

    /// <summary>Dimension i of the result is dimension order[i] of this.</summary>
    public NdArray Transpose(params int[] order) => From([.. order.Select(d => Shape[d])], index =>
    {
        int[] source = new int[index.Length];
        for (int i = 0; i < index.Length; i++) source[order[i]] = index[i];
        return this[source];
    });

    private int Offset(int[] index)
    {
        int at = 0;
        for (int i = 0; i < index.Length; i++) at = (at * Shape[i]) + index[i];
        return at;
    }

    private static int[] IndexOf(int at, int[] shape)
    {
        int[] index = new int[shape.Length];
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            index[i] = at % shape[i];
            at /= shape[i];
        }

        return index;
    }
}
