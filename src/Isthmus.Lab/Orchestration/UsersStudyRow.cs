namespace Isthmus.Lab.Orchestration;

/// <summary>What a method reached with many simulated users.</summary>
/// <param name="Method">The method.</param>
/// <param name="Requests">The requests that came.</param>
/// <param name="Answered">Those of which the answer came within the time that counts.</param>
/// <param name="Lost">Those that were turned away, since too many of their user were under way.</param>
/// <param name="MeanMs">The mean response time of all answers; NaN if there are none.</param>
/// <param name="P50Ms">Half of the answers took no longer.</param>
/// <param name="P95Ms">19 of 20 took no longer.</param>
/// <param name="P99Ms">99 of 100 took no longer.</param>
/// <param name="SlowestUserMs">The mean response time of the user for whom that is the longest.</param>
/// <param name="Jain">Jain's index of the users' mean response times: 1 if all are equal.</param>
/// <param name="MeanAccuracy">The mean accuracy over users and steps, 0…1.</param>
/// <param name="Device">The share of users who compute on their own device, over steps.</param>
/// <param name="Edge">The share of users on the edge.</param>
/// <param name="Cloud">The share of users in the cloud.</param>
/// <param name="DecideMs">The mean time of a decision for all users, in milliseconds of this machine.</param>
public sealed record UsersStudyRow(
    string Method, long Requests, long Answered, long Lost, double MeanMs, double P50Ms, double P95Ms, double P99Ms, double SlowestUserMs, double Jain, double MeanAccuracy, double Device, double Edge,
    double Cloud, double DecideMs);
