namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>What a method reached with real processes.</summary>
/// <param name="Threshold">The threshold's name.</param>
/// <param name="Method">The method.</param>
/// <param name="PredictedMs">The mean response time that the calibrated simulation predicts.</param>
/// <param name="MeasuredMs">The mean over rounds of the mean response time over users.</param>
/// <param name="LowMs">Where that lies with 95 % confidence, from the scatter of the rounds: from here …</param>
/// <param name="HighMs">… to here.</param>
/// <param name="MeanAccuracy">The mean accuracy by the ladder, 0…1.</param>
/// <param name="Right">The share of requests that were answered rightly.</param>
/// <param name="Requests">The requests that were sent.</param>
/// <param name="Lost">The requests that were lost.</param>
/// <param name="Decision">What was done.</param>
internal sealed record LiveRow(
    string Threshold, string Method, double PredictedMs, double MeasuredMs, double LowMs, double HighMs, double MeanAccuracy, double Right, int Requests, int Lost, string Decision);
