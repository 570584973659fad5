using System.Collections.Immutable;

namespace Isthmus.Bench.Zoo;

/// <summary>When splitting wins, over all networks of the zoo.</summary>
/// <param name="DeviceSlowdown">How many times as long as this machine the device takes.</param>
/// <param name="EdgeSlowdown">How many times as long as this machine the edge takes.</param>
/// <param name="Networks">The networks.</param>
/// <param name="Answers">Two for each network, link and compression: the picture may leave the device, or not.</param>
/// <param name="PlanningMs">Milliseconds that all planning took together.</param>
public sealed record ZooReport(double DeviceSlowdown, double EdgeSlowdown, ImmutableArray<ZooNetwork> Networks, ImmutableArray<ZooAnswer> Answers, double PlanningMs)
{
    /// <summary>The share of networks that split, and their median gain, by link and compression, first where the picture may leave the device.</summary>
    public IEnumerable<ZooCell> Cells =>
        Answers.OrderBy(a => a.PictureStays).GroupBy(a => (a.Link, a.Compression, a.PictureStays)).Select(g =>
        {
            double[] gains = [.. g.Where(a => a.Splits).Select(a => a.Gain).Order()];
            return new ZooCell(
                g.Key.Link, g.Key.Compression, g.Key.PictureStays, g.Count(a => a.Where == "device"), g.Count(a => a.Where == "edge"), g.Count(a => a.Where == "cloud"), gains.Length,
                gains.Length == 0 ? null : gains[gains.Length / 2], gains.Length == 0 ? null : gains[^1]);
        });
}
