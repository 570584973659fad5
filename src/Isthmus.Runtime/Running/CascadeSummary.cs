namespace Isthmus.Runtime.Running;

/// <summary>What a cascade did, and beside it what the device alone and asking always would have cost.</summary>
/// <param name="Rule">The rule in words.</param>
/// <param name="Local">Pictures that the device answered.</param>
/// <param name="Sent">Pictures that were sent further.</param>
/// <param name="Fallbacks">Sent pictures for which the device's answer had to be taken after all.</param>
/// <param name="MeanBytes">Mean bytes of all pictures.</param>
/// <param name="Top1">The cascade's share of right answers; null without labels.</param>
/// <param name="DeviceTop1">That of the device alone, over the same pictures; null without labels.</param>
/// <param name="DeviceMs">Mean time of the device alone.</param>
/// <param name="Gained">Sent pictures that only the remote network knew; null without labels.</param>
/// <param name="Lost">Sent pictures that only the device knew; null without labels.</param>
/// <param name="RemoteBytes">Mean bytes if every picture were sent as the plan says: of the profile; null where it does not say.</param>
/// <param name="RemoteLoss">Accuracy that the remote network loses then against the picture as it is: of the profile; null where it does not say.</param>
/// <param name="PromisedTop1">What the table promised of the policy; null of a threshold.</param>
/// <param name="PromisedBytes">Mean bytes that it promised.</param>
public sealed record CascadeSummary(
    string Rule, int Local, int Sent, int Fallbacks, double MeanBytes, double? Top1, double? DeviceTop1, double DeviceMs, int? Gained, int? Lost, double? RemoteBytes, double? RemoteLoss,
    double? PromisedTop1, double? PromisedBytes)
{
    /// <summary>Sums up.</summary>
    /// <param name="images">The pictures.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="remoteBytes">Mean bytes of the plan's input; null if not known.</param>
    /// <param name="remoteLoss">Its loss; null if not known.</param>
    public static CascadeSummary Of(IReadOnlyCollection<ImageReport> images, CascadeRule rule, double? remoteBytes, double? remoteLoss)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(rule);
        ImageReport[] all = [.. images.Where(i => i is { IsAnswered: true, Cascade: not null })];
        ImageReport[] labelled = [.. all.Where(i => i.Label is not null)], sent = [.. labelled.Where(i => !i.Cascade!.IsLocal)];
        return new(
            rule.Text, all.Count(i => i.Cascade!.IsLocal), all.Count(i => !i.Cascade!.IsLocal), all.Count(i => !i.Cascade!.IsLocal && i.Fallback is not null),
            all.Length == 0 ? 0 : Math.Round(all.Average(i => (double)i.BytesSent), 1), Share(labelled, Right), Share(labelled, DeviceRight),
            all.Length == 0 ? 0 : Math.Round(all.Average(i => i.Cascade!.Ms), 3), labelled.Length == 0 ? null : sent.Count(i => Right(i) && !DeviceRight(i)),
            labelled.Length == 0 ? null : sent.Count(i => !Right(i) && DeviceRight(i)), remoteBytes, remoteLoss, rule.Policy?.Accuracy, rule.Policy?.Cost);
    }

    private static bool Right(ImageReport image) => image.Top1!.Index == image.Label;

    private static bool DeviceRight(ImageReport image) => image.Cascade!.Class == image.Label;

    private static double? Share(ImageReport[] images, Func<ImageReport, bool> right) => images.Length == 0 ? null : Math.Round((double)images.Count(right) / images.Length, 6);
}
