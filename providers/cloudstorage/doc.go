// Package cloudstorage has the parts of a driver that are the same for every cloud service. It knows the contract and
// no service.
//
// Each part has a rule that a deletion depends on, and a test of it here:
//
//   - an answer about a file is reused for a second at most, counted from before the request, and never
//     once the driver knows of a change (StatCache);
//   - a listing that was cut off ends with an error, whatever its driver returns (List);
//   - a cursor of another listing, or one whose count has become uncertain, is expired (Position);
//   - a range that was cut short is an error, never the end of the file (ReadRange, Body);
//   - a folder that is left out is left out with all that is in it (Exclude);
//   - two states of a file have two digests (Digest).
package cloudstorage
