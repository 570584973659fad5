using System.Globalization;
using Isthmus.Core.Profiling.Curves;
using Spectre.Console;

namespace Isthmus.Cli.Console;

/// <summary>A curve of accuracy against bytes, as `calibrate --input` shows it.</summary>
internal static class CurveOutput
{
    private static readonly double[] Losses = [0.01, 0.02, 0.05];

    /// <summary>Writes the points, the fits with the one that was chosen, and what the chosen one says of small losses.</summary>
    public static void Draw(IAnsiConsole console, InputCurve curve, bool labelled)
    {
        string accuracy = labelled ? "top-1 %" : "agrees %";
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn(Markup.Escape(curve.Family)), Right("fraction"), Right("bytes"), Right(accuracy), Right("95 %"), Right("of the curve"), Right("as all of it %"));
        IAccuracyCurve chosen = curve.Curve;
        foreach (CurvePoint point in curve.Points)
        {
            table.AddRow(
                point.Encoding.ToString(), Number(point.Fraction), point.Bytes.ToString(), AccuracyText.Percent(point.Accuracy), $"{AccuracyText.Percent(point.Low)}…{AccuracyText.Percent(point.High)}",
                AccuracyText.Percent(chosen.At(point.Fraction)), AccuracyText.Percent(point.Agreement));
        }

        console.Write(table);
        console.MarkupLineInterpolated($"{curve.Family}: {Choice(curve)}");
        console.MarkupLineInterpolated($"{curve.Family}: {string.Join("; ", Losses.Select(l => Least(curve, chosen, l)))}. Fraction 1 is {curve.Reference}, {curve.Bytes} with its request; the un-encoded image has {AccuracyText.Percent(curve.Whole)} %.");
    }

    /// <summary>What the confidence of a network on the device says: of the surer half of the images, and of the others.</summary>
    public static string Sentence(ConfidenceTable table, bool labelled)
    {
        int all = table.Bins.Sum(b => b.Count), surer = 0;
        int first = table.Bins.Length;
        while (first > 0 && 2 * surer < all) surer += table.Bins[--first].Count;
        return $"{table.DeviceModelName} alone {(labelled ? "is right about" : "says the same of")} {Share(0, table.Bins.Length)} % of the images"
            + (first == 0 ? "." : $": {Share(first, table.Bins.Length)} % of those of which it is surer than {Number(table.Bins[first].From)}, {Share(0, first)} % of the others.");

        string Share(int from, int to) => AccuracyText.Percent((double)table.Bins[from..to].Sum(b => b.DeviceRight) / Math.Max(1, table.Bins[from..to].Sum(b => b.Count)));
    }

    /// <summary>Which kind was chosen, with its errors beside the others'.</summary>
    public static string Choice(InputCurve curve)
    {
        double? best = curve.Fits.Min(f => f.HeldOutError);
        return $"chosen {curve.Chosen}. " + string.Join("; ", curve.Fits.Select(f => $"{f.Kind}{Formula(f)} is {Points(f.Error)} off{(f.BetweenError is { } between ? $", {Points(between)} at points left out" : "")}{HeldOut(f)}")) + ".";

        string HeldOut(CurveFit fit) => fit.HeldOutError is not { } error || best is not { } least ? ""
            : $", {Points(error)} with images held out" + (error > least ? $" ({Points(Math.Sqrt((error * error) - (least * least)))} beyond the best)" : "");
    }

    private static string Formula(CurveFit fit)
    {
        string[] p = [.. fit.Parameters.Take(3).Select(v => v.ToString("G4", CultureInfo.InvariantCulture))];
        return fit.Kind switch
        {
            AccuracyCurves.Gompertz => $" {p[0]}·exp(−{p[1]}·exp(−{p[2]}·x))",
            AccuracyCurves.Exponential => $" {p[0]}·(1 − {p[1]}·exp(−{p[2]}·x))",
            _ => "",
        };
    }

    private static string Least(InputCurve curve, IAccuracyCurve chosen, double loss)
    {
        string points = $"−{(100 * loss).ToString("0", CultureInfo.InvariantCulture)} points";
        if (chosen.Inverse(curve.Whole - loss) is not { } fraction) return $"{points} is out of reach";
        return fraction < curve.Least ? $"{points} below {Number(curve.Least)}" : $"{points} from {Number(fraction)} on ({curve.BytesAt(fraction)})";
    }

    private static string Points(double error) => (100 * error).ToString("0.00", CultureInfo.InvariantCulture) + " points";

    private static string Number(double fraction) => fraction.ToString("0.###", CultureInfo.InvariantCulture);

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();
}
