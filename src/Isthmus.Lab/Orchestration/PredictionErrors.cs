namespace Isthmus.Lab.Orchestration;

/// <summary>How far predictions were from what was measured, as shares of what was measured.</summary>
/// <param name="Count">How many predictions.</param>
/// <param name="Median">Half are no further off than this.</param>
/// <param name="P90">Nine in ten are no further off than this (nearest rank).</param>
/// <param name="Largest">None is further off.</param>
/// <param name="Bias">The mean of the signed errors: above zero if too much time was predicted.</param>
public sealed record PredictionErrors(int Count, double Median, double P90, double Largest, double Bias)
{
    /// <summary>Summarises predictions; those without a measurement are left out.</summary>
    /// <returns>Null if none is left.</returns>
    public static PredictionErrors? Of(IEnumerable<PredictedTime> times)
    {
        ArgumentNullException.ThrowIfNull(times);
        double[] errors = [.. times.Select(t => t.Error).Where(double.IsFinite)];
        if (errors.Length == 0) return null;
        double[] sorted = [.. errors.Select(Math.Abs).Order()];
        return new(errors.Length, Rank(0.5), Rank(0.9), sorted[^1], errors.Average());

        double Rank(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
