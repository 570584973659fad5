namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>The paper's three quantities at one operating point: a method beside the better of the two that send everything, and beside the device alone.</summary>
/// <param name="Point">The operating point.</param>
/// <param name="Traffic">Fewer bytes than what sends everything, as a share of its bytes; negative for more.</param>
/// <param name="Latency">Fewer milliseconds, likewise.</param>
/// <param name="Accuracy">Accuracy above the device's alone, 0…1.</param>
/// <param name="AccuracyOfAll">Accuracy above that of what sends everything.</param>
public sealed record ZhaoGain(ZhaoPoint Point, double Traffic, double Latency, double Accuracy, double AccuracyOfAll)
{
    /// <summary>The figures of the paper's abstract. It does not say whether the accuracy is in points, nor whether the three hold at once; here they must.</summary>
    public const double PaperTraffic = 0.58, PaperLatency = 0.25, PaperAccuracy = 0.12;

    /// <summary>How many of the three are reached.</summary>
    public int Reached => (Traffic >= PaperTraffic ? 1 : 0) + (Latency >= PaperLatency ? 1 : 0) + (Accuracy >= PaperAccuracy ? 1 : 0);

    /// <summary>The least of the three, each as a share of the paper's figure: 1 or more if all are reached.</summary>
    public double Weakest => Math.Min(Traffic / PaperTraffic, Math.Min(Latency / PaperLatency, Accuracy / PaperAccuracy));

    /// <summary>What a method gains at an operating point; null if something was not measured there.</summary>
    public static ZhaoGain? Of(ZhaoPoint point, string method)
    {
        ArgumentNullException.ThrowIfNull(point);
        ZhaoOutcome ours = point.Of(method), all = point.SendAll, device = point.Of(ZhaoMethod.Device);
        return ours is { MeasuredMs: { } ms, Bytes: { } bytes, Judged.Accuracy: { } accuracy }
            && all is { MeasuredMs: > 0 and var allMs, Bytes: > 0 and var allBytes, Judged.Accuracy: { } allAccuracy } && device.Judged?.Accuracy is { } alone
            ? new(point, 1 - (bytes / allBytes), 1 - (ms / allMs), accuracy - alone, accuracy - allAccuracy) : null;
    }
}
