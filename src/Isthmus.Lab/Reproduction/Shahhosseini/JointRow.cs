namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>What many different users reach if they may choose among so much.</summary>
/// <param name="Points">How many points of mean accuracy may be lost.</param>
/// <param name="Choice">What may be chosen.</param>
/// <param name="Actions">How many actions the longest menu has.</param>
/// <param name="MeanMs">The mean response time; null if nothing keeps the accuracy.</param>
/// <param name="SlowestMs">That of the user who waits longest.</param>
/// <param name="Jain">Jain's index of the response times, relative to what each could have alone: 1 if all wait equally many times longer.</param>
/// <param name="MeanAccuracy">The mean accuracy, 0…1.</param>
/// <param name="Kilobytes">The mean kilobytes that cross per request.</param>
/// <param name="Plans">What is done, most frequent first.</param>
internal sealed record JointRow(
    double Points, string Choice, int Actions, double? MeanMs, double? SlowestMs, double? Jain, double? MeanAccuracy, double? Kilobytes, string Plans);
